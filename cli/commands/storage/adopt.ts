import type { Command } from "commander";
import type { AdoptionPlan, FoundShare } from "../../../catalog/adopt";
import type { OwnedFolder } from "../../../catalog/ownership";
import { describeOwner, type Owner, type StorageOwner, type StorageRoot } from "../../../model/storage-identity";
import { type Target, targetId } from "../../../model/target";
import { EXIT, type ExitCode, ReportedError } from "../../../runtime/errors";
import type { Store } from "../../../store/store";
import { answering, badInput, newCommand } from "../../command";
import type { Connection } from "../../connection/connection";
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
import type { World } from "../../world";

interface Options extends ConnectionOptions, JsonOption {
  copy: Copy;
  dryRun?: boolean;
  yes?: string;
  only?: StorageRoot;
}

/** What `--json` prints. */
export interface AdoptedStorage {
  owner: Owner;
  dryRun: boolean;
  /** Whether something was changed. */
  adopted: boolean;
  folders: {
    target: Target;
    root: StorageRoot;
    place: string;
    /** The marker that was there. */
    before: StorageOwner | null;
    /** Good backups, by whose they are and from which server. */
    found: FoundShare[];
    /** What changes, or changed, in words. */
    changes: string[];
  }[];
}

interface Folder extends OwnedFolder {
  store: Store;
  plan: AdoptionPlan;
}

export function adoptCommand(world: World): Command {
  const command = newCommand("adopt", {
    summary: "take over a database's backups after its cluster or stack changed",
    description:
      "Each database's folder in a storage has a marker that says whose it is, and pruning stops when its backups come from a new server. This accepts what is there: the stack becomes the owner, the backups of the one before count as its own, and a cluster that was made anew goes on where the old one ended. Shows first what is there and what will change, and wants the cluster's name typed. From then on pruning may remove backups of both by the same rules. Needs the writer's key, and for evidence the evidence key.",
    examples: [
      "storage adopt --dry-run --stack production --database orders",
      "storage adopt --yes orders-cluster --stack production --json",
      "storage adopt --stack production --copy off-site",
    ],
  })
    .option("--dry-run", "show what is there and what would change, and change nothing")
    .option("--yes <cluster>", "the cluster's name, instead of typing it")
    .option("--only <folder>", "`backups` or `evidence` alone, where one key is given (default: both)", rootOf);
  return withOffSite(withStorage(withDatabase(withCopy(withJson(command))))).action(
    answering((options: Options) => adopt(world, options)),
  );
}

function rootOf(text: string): StorageRoot {
  if (text === "backups" || text === "evidence") return text;
  throw badInput(`--only is "${text}"; give backups or evidence`);
}

async function adopt(world: World, options: Options): Promise<ExitCode> {
  if (!options.dryRun && options.yes === undefined && !world.terminal.in)
    throw badInput("nobody can be asked here: look with --dry-run first, then give --yes with the cluster's name");
  const [{ Connection }, catalog] = await Promise.all([
    import("../../connection/connection"),
    import("../../../catalog/adopt"),
  ]);
  const { owner, folders } = await look(world, new Connection(world, options), options);
  const text = (line: string) => (options.json ? world.err(`${line}\n`) : world.out(line));
  for (const line of folders.flatMap((folder) => linesOf(folder, catalog.shareLines))) text(line);
  const changing = folders.filter(({ plan }) => plan.changes.length > 0);
  const changes = changing.length > 0 && !options.dryRun;
  if (changes) {
    await confirm(world, options, changing);
    for (const folder of changing) await catalog.adopt(folder, folder.plan);
  }
  if (options.json) world.out(json(answerOf(owner, folders, changes, options.dryRun === true)));
  else if (changing.length === 0)
    world.out(`nothing is to be changed: all of it is the ${describeOwner(owner)}'s already`);
  else world.out(changes ? "adopted" : "nothing was changed: this was a dry run");
  return EXIT.good;
}

/** The folders that are meant, with what adopting them would change. Evidence stands beside the first copy alone. */
async function look(world: World, connection: Connection, options: Options) {
  const [{ ownerMeant }, { planAdoption }] = await Promise.all([
    import("../../connection/owners"),
    import("../../../catalog/adopt"),
  ]);
  const roots: StorageRoot[] = options.copy === "primary" ? ["backups", "evidence"] : ["backups"];
  const folders: Folder[] = [];
  let owner: Owner | undefined;
  for (const root of roots.filter((one) => one === (options.only ?? one))) {
    const storage = await connection.storage(options.copy, root === "backups" ? "writer" : "evidence");
    for (const { target } of await connection.databases(storage)) {
      owner ??= await ownerMeant(connection, storage, target);
      const folder = { store: storage.store, prefix: storage.prefix, target, root };
      const plan = await planAdoption(folder, owner, world.now());
      // Where no drill has run there is nothing to take over: the first one writes the marker.
      if (root === "backups" || plan.before || plan.changes.length > 1) folders.push({ ...folder, plan });
    }
  }
  if (owner === undefined) throw badInput("--only evidence has no meaning for the off-site copy: it holds none");
  return { owner, folders };
}

function linesOf({ root, target, store, plan }: Folder, shareLines: (found: FoundShare[]) => string[]): string[] {
  const { before, found, changes } = plan;
  const whose = before ? `belongs to the ${describeOwner(before)} since ${before.createdAt}` : "has no marker";
  return [
    `${root} of ${targetId(target)} in ${store.place}: ${whose}`,
    ...shareLines(found).map((line) => `  there ${line.startsWith("1 ") ? "is" : "are"} ${line}`),
    ...changes.map((change) => `  → ${change}`),
    ...(changes.length === 0 ? ["  nothing changes"] : []),
  ];
}

async function confirm(world: World, { yes }: Options, changing: Folder[]): Promise<void> {
  const clusters = [...new Set(changing.map(({ target }) => target.cluster))];
  const [cluster] = clusters;
  if (cluster === undefined || clusters.length > 1)
    throw badInput(`these are databases of ${clusters.join(" and ")}: give --cluster, and adopt one after the other`);
  const typed =
    yes ?? (await world.ask(`Backups of both will be pruned as one history. To go on, type the cluster's name:`));
  if (typed.trim() === cluster) return;
  throw new ReportedError(`"${typed.trim()}" is not the cluster's name, ${cluster}: nothing was changed`);
}

function answerOf(owner: Owner, folders: Folder[], adopted: boolean, dryRun: boolean): AdoptedStorage {
  return {
    ...{ owner, dryRun, adopted },
    folders: folders.map(({ target, root, store, plan }) => ({
      ...{ target, root, place: store.place, before: plan.before ?? null, found: plan.found, changes: plan.changes },
    })),
  };
}
