import { Argument, type Command } from "commander";
import { EXIT, type ExitCode } from "../../../runtime/errors";
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
import { type GottenBackup, howToRestore } from "./how-to-restore";
import { declaredKms, type KmsOptions, withKms } from "./kms-options";

interface Options extends ConnectionOptions, JsonOption, KmsOptions {
  to: string;
  copy: Copy;
  identity?: string;
  decrypt?: boolean;
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
  return withOffSite(withStorage(withDatabase(withCopy(withJson(withKms(command)))))).action(
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
  let rolesRefused: string | undefined;
  const fetched = await fetchBackup(storage, manifest, {
    folder: options.to,
    identityFile: options.identity,
    decrypt: options.decrypt === true || options.identity !== undefined,
    declared: declaredKms(options),
    signal: world.signal,
    prepare: async (folder, names) => {
      const { restorableRoles } = await import("./restorable-roles");
      const { name, refused } = await restorableRoles(folder, names.roles ?? "");
      rolesRefused = refused;
      return { ...names, roles: name };
    },
    onStep: (text) => progress.update(() => `  ${text}`),
  }).finally(() => progress.clear());
  const encrypted = manifest.encryption !== undefined && !fetched.decrypted;
  const answer: GottenBackup = { backup: id, folder: options.to, files: fetched.files, encrypted };
  if (rolesRefused !== undefined) answer.rolesRefused = rolesRefused;
  world.out(options.json ? json(answer) : howToRestore(manifest, answer));
  return rolesRefused === undefined ? EXIT.good : EXIT.failed;
}
