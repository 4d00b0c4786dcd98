import { Argument, type Command } from "commander";
import type { StoredBackup } from "../../../catalog/list";
import type { VerifiedArtifact } from "../../../catalog/verify";
import { describeExcluded, type ExcludedSummary, summarizeExcluded } from "../../../model/excluded";
import type { Owner } from "../../../model/storage-identity";
import type { Target } from "../../../model/target";
import { EXIT, type ExitCode } from "../../../runtime/errors";
import { formatBytes } from "../../../runtime/format";
import { answering, badInput, newCommand } from "../../command";
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
import type { Storage } from "../../connection/storages";
import { json } from "../../output/json";
import { Progress } from "../../output/progress";
import { styleOf } from "../../output/style";
import type { World } from "../../world";

interface Options extends ConnectionOptions, JsonOption {
  all?: boolean;
  newest?: boolean;
  copy: Copy;
}

/** One backup in what `--json` prints: `{"version": 1, "good": true, "backups": [VerifiedBackup, …]}`. */
export interface VerifiedBackup {
  id: string;
  target: Target;
  good: boolean;
  /** Read and compared. */
  bytes: number;
  /** What is wrong, one text each. */
  problems: string[];
  /** What it never held, by its restore path's patterns. Only where there is something. */
  excluded?: ExcludedSummary;
}

export function verifyCommand(world: World): Command {
  const command = newCommand("verify", {
    summary: "read stored backups and compare them with their manifests",
    description:
      "Reads every object of the chosen backups to its end, and compares size and SHA-256 with the manifest. It shows that what was stored is still there; that it can be restored is what a drill shows.",
    examples: [
      "backup verify --newest --stack production --database orders",
      "backup verify 20261121T021500Z-9f3a --stack production --database orders --copy off-site",
      "backup verify --all --path /mnt/backups --json",
    ],
  })
    .addArgument(new Argument("[id]", "the backup"))
    .option("--newest", "the newest backup with a manifest (default)")
    .option("--all", "every backup of the database");
  return withOffSite(withStorage(withDatabase(withCopy(withJson(command))))).action(
    answering((id: string | undefined, options: Options) => verify(world, id, options)),
  );
}

async function verify(world: World, id: string | undefined, options: Options): Promise<ExitCode> {
  if ([id !== undefined, options.all, options.newest].filter(Boolean).length > 1)
    throw badInput("which backups are meant? Give one of an id, --newest and --all");
  const { Connection } = await import("../../connection/connection");
  const connection = new Connection(world, options);
  const storage = await connection.storage(options.copy, "reader");
  const { target } = await connection.database(storage);
  const { ownersMeant } = await import("../../connection/owners");
  const owners = await ownersMeant(connection, storage, target);
  const chosen = await choose(storage, target, owners, id, options.all === true);
  const results: VerifiedBackup[] = [];
  for (const backup of chosen) results.push(await verifyOne(world, storage, backup));
  const good = results.every((result) => result.good);
  if (options.json) world.out(json({ good, backups: results }));
  else world.out(rendered(world, results));
  return good ? EXIT.good : EXIT.failed;
}

/** What is under way, and what is another's, is passed over with --all; asked for by its id, it is not good. */
async function choose(
  storage: Storage,
  target: Target,
  owners: Owner[] | undefined,
  id: string | undefined,
  all: boolean,
): Promise<StoredBackup[]> {
  const { findBackup } = await import("../../connection/backups");
  if (id !== undefined) return [await findBackup(storage, target, id, owners)];
  const { listBackups } = await import("../../../catalog/list");
  const finished = (await listBackups(storage.store, storage.prefix, target, owners)).filter(
    ({ state }) => state !== "unfinished" && state !== "foreign",
  );
  if (finished.length === 0) throw badInput(`there is no finished backup in ${storage.store.place}; take one first`);
  return all ? finished.reverse() : finished.slice(-1);
}

async function verifyOne(world: World, storage: Storage, backup: StoredBackup): Promise<VerifiedBackup> {
  const { id, target, manifest, problem } = backup;
  if (!manifest) return { id, target, good: false, bytes: 0, problems: [problem ?? backup.state] };
  const { verifyBackup } = await import("../../../catalog/verify");
  const progress = new Progress(world);
  const of = Object.values(manifest.artifacts).reduce((sum, { bytes }) => sum + bytes, 0);
  let read = 0;
  const artifacts = await verifyBackup(storage.store, storage.prefix, manifest, (count) => {
    read += count;
    progress.update(() => {
      const rate = `${formatBytes(Math.round(read / progress.seconds()))}/s`;
      return `  ${id}: ${formatBytes(read)} of ${formatBytes(of)}, ${rate}`;
    });
  });
  progress.clear();
  return result(backup, artifacts, read);
}

/** A manifest of another database, with the digests of its own objects, agrees with itself and is still not good. */
function result(
  { id, target, state, problem, manifest }: StoredBackup,
  artifacts: VerifiedArtifact[],
  bytes: number,
): VerifiedBackup {
  const problems = artifacts.flatMap((artifact) => artifact.problem ?? []);
  if (problems.length === 0 && state !== "good") problems.push(problem ?? state);
  const excluded = manifest?.excluded && { excluded: summarizeExcluded(manifest.excluded) };
  return { id, target, good: problems.length === 0, bytes, problems, ...excluded };
}

function rendered(world: World, results: VerifiedBackup[]): string {
  const style = styleOf(world);
  return results
    .flatMap(({ id, good, bytes, problems, excluded }) => [
      `${good ? style.good("✔") : style.bad("✘")} ${id}  ${good ? `${formatBytes(bytes)} as in the manifest` : "not good"}`,
      ...problems.map((problem) => `    ${problem}`),
      ...(excluded ? [`    ${describeExcluded(excluded)}: the backup leaves them out`] : []),
    ])
    .join("\n");
}
