import { Argument, type Command } from "commander";
import { describeExcluded, summarizeExcluded } from "../../../model/excluded";
import type { Manifest } from "../../../model/manifest";
import { EXIT, type ExitCode } from "../../../runtime/errors";
import { formatBytes } from "../../../runtime/format";
import { answering, newCommand } from "../../command";
import {
  type ConnectionOptions,
  type Copy,
  type JsonOption,
  withCopy,
  withDatabase,
  withJson,
  withOffSite,
  withStorage,
} from "../../connection/options";
import { json } from "../../output/json";
import { Progress } from "../../output/progress";
import type { World } from "../../world";

interface Options extends ConnectionOptions, JsonOption {
  to: string;
  copy: Copy;
  identity?: string;
  decrypt?: boolean;
}

/** What `--json` prints. */
export interface GottenBackup {
  backup: string;
  folder: string;
  /** By what it is: `database`, `roles`, `facts`, `manifest`. */
  files: Record<string, string>;
  /** Whether the files are still encrypted. */
  encrypted: boolean;
}

export function getCommand(world: World): Command {
  const command = newCommand("get", {
    summary: "fetch a backup, and say how to restore it by hand",
    description:
      "Fetches the objects of a backup into a new folder, each compared with the manifest. The folder appears when all of it is there, and nothing that is there is overwritten.",
    examples: [
      "backup get 20261121T021500Z-9f3a --to ./restore --stack production --database orders",
      "backup get 20261121T021500Z-9f3a --to ./restore --path /mnt/backups --identity ~/keys/identity.txt",
    ],
  })
    .addArgument(new Argument("<id>", "the backup"))
    .requiredOption("--to <folder>", "where to put it: a folder that is not there yet, or is empty")
    .option("--identity <file>", "decrypt it with the age identities in this file (AGE-SECRET-KEY-1…)")
    .option("--decrypt", "decrypt what a KMS encrypted, with the AWS credentials of the environment");
  return withOffSite(withStorage(withDatabase(withCopy(withJson(command))))).action(
    answering((id: string, options: Options) => get(world, id, options)),
  );
}

async function get(world: World, id: string, options: Options): Promise<ExitCode> {
  const [{ Connection }, { findBackup, manifestOf }, { fetchBackup }] = await Promise.all([
    import("../../connection/connection"),
    import("../../connection/backups"),
    import("../../connection/fetch"),
  ]);
  const connection = new Connection(world, options);
  const storage = await connection.storage(options.copy, "reader");
  const { target } = await connection.database(storage);
  const { ownersMeant } = await import("../../connection/owners");
  const owners = await ownersMeant(connection, storage, target);
  const manifest = manifestOf(await findBackup(storage, target, id, owners));
  const progress = new Progress(world);
  const fetched = await fetchBackup(storage, manifest, {
    folder: options.to,
    identityFile: options.identity,
    decrypt: options.decrypt === true || options.identity !== undefined,
    signal: world.signal,
    onStep: (text) => progress.update(() => `  ${text}`),
  }).finally(() => progress.clear());
  const encrypted = manifest.encryption !== undefined && !fetched.decrypted;
  const answer: GottenBackup = { backup: id, folder: options.to, files: fetched.files, encrypted };
  world.out(options.json ? json(answer) : rendered(manifest, answer));
  return EXIT.good;
}

function rendered(manifest: Manifest, { folder, files, encrypted }: GottenBackup): string {
  const { server, tools, target, artifacts, excluded } = manifest;
  const size = Object.values(artifacts).reduce((sum, { bytes }) => sum + bytes, 0);
  const file = (name: string) => quoted(files[name] ?? "");
  const decrypt = encrypted
    ? [
        ...(manifest.encryption?.scheme === "kms"
          ? ["It is encrypted: fetch it with --decrypt, as somebody who may use the KMS key."]
          : [
              "It is encrypted. First decrypt each file, with an identity of one of its recipients:",
              `  age --decrypt --identity identity.txt --output database.dump ${file("database")}`,
            ]),
        "",
      ]
    : [];
  const dump = encrypted ? "database.dump" : file("database");
  const roles = encrypted ? "roles.sql" : file("roles");
  return [
    `${manifest.id} is in ${folder}: ${formatBytes(size)}, every file as its manifest says`,
    ...(excluded ? [`It leaves something out: ${describeExcluded(summarizeExcluded(excluded))}`] : []),
    "",
    ...decrypt,
    `To restore it by hand, on a new server of PostgreSQL ${server.major} (it was ${server.version}) whose superuser is ${server.bootstrapSuperuser}:`,
    `  psql -X -d postgres -f ${roles}`,
    "    one error is expected: the superuser exists already; passwords are not in a backup",
    `  pg_restore --create --exit-on-error --jobs=4 --dbname=postgres ${dump}`,
    `    pg_restore of ${tools.pgDump} or newer; it makes the database ${target.database} with its owner and grants`,
    `  vacuumdb --analyze-in-stages --dbname=${quoted(target.database)}`,
  ].join("\n");
}

/** As a shell reads it. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
