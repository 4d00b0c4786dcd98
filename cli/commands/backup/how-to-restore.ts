import { describeExcluded, summarizeExcluded } from "../../../model/excluded";
import type { Manifest } from "../../../model/manifest";
import { oneLine } from "../../../model/text";
import { formatBytes } from "../../../runtime/format";

/** What `--json` prints. */
export interface GottenBackup {
  backup: string;
  folder: string;
  /** By what it is: `database`, `roles`, `facts`, `manifest`. */
  files: Record<string, string>;
  /** Whether the files are still encrypted. */
  encrypted: boolean;
  /** Why the stored script of roles must not be run: it was left as it is, as `roles.sql.refused`. */
  rolesRefused?: string;
}

/** What was fetched, and the commands that restore it. What the manifest says is shown, or quoted, and never more. */
export function howToRestore(manifest: Manifest, got: GottenBackup): string {
  const { server, tools, target, artifacts, excluded } = manifest;
  const size = Object.values(artifacts).reduce((sum, { bytes }) => sum + bytes, 0);
  const dump = got.encrypted ? "database.dump" : file(got, "database");
  return [
    `${manifest.id} is in ${shown(got.folder)}: ${formatBytes(size)}, every file as its manifest says`,
    ...(excluded ? [`It leaves something out: ${oneLine(describeExcluded(summarizeExcluded(excluded)), 2000)}`] : []),
    "",
    ...(got.encrypted ? howToDecrypt(manifest, got) : []),
    `To restore it by hand, on a new server of PostgreSQL ${server.major} (it was ${shown(server.version)}) whose superuser is ${shown(server.bootstrapSuperuser)}:`,
    ...howToMakeRoles(got),
    `  pg_restore --create --exit-on-error --jobs=4 --dbname=postgres ${dump}`,
    `    pg_restore of ${shown(tools.pgDump)} or newer; it makes the database ${shown(target.database)} with its owner and grants`,
    `  vacuumdb --analyze-in-stages --dbname=${quoted(connectionTo(target.database))}`,
    "A restore runs the functions of who could write to the database or the storage: do it where no secrets are.",
  ].join("\n");
}

function howToDecrypt({ encryption }: Manifest, got: GottenBackup): string[] {
  if (encryption?.scheme === "kms")
    return ["It is encrypted: fetch it with --decrypt and --kms-key, as somebody who may use the KMS key.", ""];
  return [
    "It is encrypted. Fetch it with --identity, which also checks roles.sql; or decrypt each file by hand:",
    `  age --decrypt --identity identity.txt --output database.dump ${file(got, "database")}`,
    "",
  ];
}

/** An encrypted script could not be read here: it is given to psql so that psql takes no command from it. */
function howToMakeRoles(got: GottenBackup): string[] {
  const expected = "    one error is expected: the superuser exists already; passwords are not in a backup";
  if (got.rolesRefused !== undefined)
    return [
      `  do not run ${file(got, "roles")}: ${shown(got.rolesRefused, 300)}`,
      "    it was changed, or the source's roles are not what they should be; make the roles that pg_restore asks for by hand",
    ];
  if (!got.encrypted) return [`  psql -X -d postgres -f ${file(got, "roles")}`, expected];
  return [
    "  key=$(openssl rand -hex 32)",
    `  { printf '\\\\restrict %s\\n' "$key"; grep -v '^\\\\' roles.sql; printf '\\\\unrestrict %s\\n' "$key"; } | psql -X -d postgres`,
    `${expected}; psql must know \\restrict: 17.6, 16.10, 15.14, 14.19, 13.22 or newer`,
  ];
}

function shown(text: string, limit = 120): string {
  return oneLine(text, limit);
}

function file({ files }: GottenBackup, name: string): string {
  const path = files[name] ?? "";
  return quoted(path.startsWith("-") ? `./${path}` : path);
}

/** PostgreSQL's programs take a name with "=" in it, or one that begins like a URI, for a connection string. */
function connectionTo(database: string): string {
  if (/^[\w-]+$/.test(database)) return database;
  return `dbname='${database.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** As a shell reads it. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
