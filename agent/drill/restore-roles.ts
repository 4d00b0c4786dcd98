import { readFile } from "node:fs/promises";
import { DRILL_FILES } from "../../model/job-config";
import type { Manifest } from "../../model/manifest";
import { parseRoles } from "../../model/roles-script/parse";
import { renderRole } from "../../model/roles-script/render";
import type { RoleStatement } from "../../model/roles-script/statements";
import { messageOf, ReportedError } from "../../runtime/errors";
import { connectSocket } from "../postgres/connect";
import { startOptions } from "../postgres/session-settings";
import type { Artifacts } from "./artifacts";
import { messageWithoutValues } from "./checks";

/** The database that is there before the restored one. */
const MAINTENANCE_DATABASE = "template1";

/**
 * Roles first: owners and grants of the dump need them. The script is read to its end before its first statement is sent,
 * and statements go by the protocol, one by one: no program that knows more than SQL sees what was stored.
 */
export async function restoreRoles(
  artifacts: Pick<Artifacts, "roles">,
  manifest: Manifest,
  signal: AbortSignal,
  socket: string = DRILL_FILES.socket,
): Promise<void> {
  const failed = (why: string) =>
    new ReportedError(`the roles could not be restored from ${manifest.artifacts.roles.key}: ${why}`);
  const script = await readFile(artifacts.roles, "utf8");
  let statements: RoleStatement[];
  try {
    statements = withoutBootstrapRole(parseRoles(script), manifest.server.bootstrapSuperuser);
  } catch (error) {
    throw failed(messageOf(error));
  }
  const { bootstrapSuperuser, major } = manifest.server;
  const client = await connectSocket(socket, MAINTENANCE_DATABASE, bootstrapSuperuser, startOptions("restore", major));
  const interrupt = () => void client.end().catch(() => undefined);
  signal.addEventListener("abort", interrupt, { once: true });
  try {
    for (const statement of statements) {
      signal.throwIfAborted();
      await client.query(renderRole(statement)).catch((error: unknown) => {
        signal.throwIfAborted();
        throw failed(`line ${statement.line}: ${messageWithoutValues(error)}`);
      });
    }
  } finally {
    signal.removeEventListener("abort", interrupt);
    await client.end();
  }
}

/** initdb has made the bootstrap superuser: the statement that creates it, and nothing else, is left out. */
export function withoutBootstrapRole(statements: RoleStatement[], name: string): RoleStatement[] {
  return statements.filter(({ kind, role }) => kind !== "create" || role !== name);
}
