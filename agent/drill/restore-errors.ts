import type { Manifest } from "../../model/manifest";
import { ReportedError } from "../../runtime/errors";
import { withoutValues } from "./checks";

/** The dump itself is no archive, or not a whole one: nothing but the backup is to blame. */
export class BrokenArchiveError extends ReportedError {}

const BROKEN = [
  /did not find magic string in file header/,
  /input file (?:does not appear to be a valid archive|is too short)/,
  /could not read from input file: end of file/,
  /unexpected end of file/,
  /corrupt tar header|corrupt(?:ed)? (?:archive|data)/i,
];

/** By pg_restore's own messages alone: what the server says, the restored database may have made it say. */
export function isBrokenArchive(stderr: string): boolean {
  return stderr
    .split("\n")
    .filter((line) => /^pg_restore: error: /.test(line) && !/query failed|could not execute query|ERROR: /.test(line))
    .some((line) => BROKEN.some((pattern) => pattern.test(line)));
}

export function isDeadlock(stderr: string): boolean {
  return /ERROR: +deadlock detected/.test(stderr);
}

/** The drill's own volume is full: no number of processes changes that. */
export function isOutOfRoom(stderr: string): boolean {
  return /No space left on device/i.test(stderr);
}

/** The first error line of pg_restore. Lines after it (DETAIL, CONTEXT, the command) may hold data. */
export function firstError(stderr: string): string | undefined {
  const line = stderr.split("\n").find((text) => /\b(error|ERROR|FATAL|PANIC):/.test(text));
  return line === undefined ? undefined : withoutValues(line.trim());
}

/** What to do about the errors that people meet. */
export function hint(stderr: string, manifest: Pick<Manifest, "restorePath">): string {
  const image = manifest.restorePath.images.server;
  const extension =
    /extension "([^"]+)" is not available/.exec(stderr)?.[1] ??
    /extension control file ".*\/([^/"]+)\.control"/.exec(stderr)?.[1];
  if (extension) {
    return `. The extension ${extension} is not in the temporary server's image, ${image}: use an image that has it, the same as the source's`;
  }
  const setting = /unrecognized configuration parameter "([^"]+)"/.exec(stderr)?.[1];
  if (setting) {
    return (
      `. The application sets ${setting} in its sessions, and what is restored asks for it: name it in the drill's ` +
      "applicationSettings (docs/databases.md, Settings of the application)"
    );
  }
  const library = /must be loaded via "?shared_preload_libraries"?/.test(stderr);
  if (library) return ". An extension wants to be in shared_preload_libraries: name it in the drill's serverParameters";
  const file = /could not access file "([^"]+)"/.exec(stderr)?.[1];
  if (file) return `. The library ${file} is not in the temporary server's image, ${image}: use the source's image`;
  if (/violates check constraint|violates partition constraint|violates not-null constraint/.test(stderr)) {
    return (
      ". The rows do not satisfy the constraint as it is restored: its function may read what comes later in the archive, or " +
      "a setting of the server or the application (the drill's serverParameters and applicationSettings; docs/databases.md, " +
      "What a constraint may ask for). Change the constraint in the source, or declare the setting; another backup changes nothing"
    );
  }
  const old = /extension "([^"]+)" has no installation script nor update path for version "([^"]+)"/.exec(stderr);
  if (old) {
    return (
      `. The server's image has no version ${old[2]} of the extension ${old[1]} any more: ALTER EXTENSION ${old[1]} UPDATE in ` +
      "the source, and take a new backup"
    );
  }
  if (/permission denied for /.test(stderr)) {
    return (
      ". Rows are restored as the table's owner, so that its functions have no more rights than it has: what a constraint, a " +
      "default or a generated column of the table does must be open to its owner; change that in the source, and take a new backup"
    );
  }
  const role = /role "([^"]+)" does not exist/.exec(stderr)?.[1];
  if (role && /^\d+$/.test(role)) {
    return (
      `. The source grants something to a role that is gone, of which the OID ${role} is left, and every backup of it will fail ` +
      "like this: the backup's warnings name where, and how a superuser takes it out of the catalog"
    );
  }
  if (role)
    return `. The role ${role} is not in roles.sql: it was dropped while the backup ran, or the script was edited; take a new backup`;
  const tablespace = /tablespace "([^"]+)" does not exist/.exec(stderr)?.[1];
  if (tablespace) {
    return (
      `. CREATE DATABASE in the dump names the database's own tablespace, ${tablespace}, which the temporary server cannot ` +
      "have before PostgreSQL 15: use a newer version, or ALTER DATABASE … SET TABLESPACE pg_default and take a new backup"
    );
  }
  if (isOutOfRoom(stderr))
    return ". The drill's volume is too small: give it more than the database's size and the dump's";
  if (/invalid (LC_COLLATE|LC_CTYPE|ICU)? ?locale name|could not create locale/i.test(stderr)) {
    return `. The database's locale is not in the temporary server's image, ${image}: use the source's image`;
  }
  return ". Take a new backup and drill that; when it fails in the same way, the source holds what cannot be restored";
}
