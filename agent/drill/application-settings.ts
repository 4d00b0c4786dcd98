import type { Client } from "pg";

export type ApplicationSettings = Record<string, string>;

/** Sets what the application sets in its sessions, such as the tenant that policies ask for. */
export async function applySettings(client: Client, settings: ApplicationSettings = {}): Promise<void> {
  for (const setting of Object.entries(settings))
    await client.query("SELECT pg_catalog.set_config($1, $2, false)", setting);
}

/** The same as PGOPTIONS has them. */
export function settingOptions(settings: ApplicationSettings = {}): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, "\\$&")}`)
    .join(" ");
}
