import { z } from "zod";

/**
 * Settings of a server that change what the same expression gives, and so what a CHECK takes, an index finds and a
 * materialized view holds: a backup records them, and a drill's temporary server is started with them.
 */
export const SERVER_SETTINGS = [
  ...["timezone", "datestyle", "intervalstyle", "lc_monetary", "lc_numeric", "lc_time", "default_text_search_config"],
  ...["bytea_output", "extra_float_digits", "xmlbinary"],
] as const;

/** It becomes an argument of the server: names of places, languages and styles, and nothing else. */
export const serverSettingValue = z
  .string()
  .regex(/^[A-Za-z0-9_+./:@<>, -]{1,100}$/, { error: "must be a setting's value: letters, digits and a few signs" });

export const serverSettingsSchema = z.partialRecord(z.enum(SERVER_SETTINGS), serverSettingValue);

export type ServerSettings = z.infer<typeof serverSettingsSchema>;
