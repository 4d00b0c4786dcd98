import { type CliOutputs, parseCliOutputs } from "../../model/cli-outputs";
import { InvalidInputError } from "../../model/problems";
import type { Owner } from "../../model/storage-identity";
import type { Target } from "../../model/target";
import { badInput } from "../command";
import type { CheckedPlace, World } from "../world";
import type { Cluster } from "./cluster";
import { chooseDatabase, chooseDatabases, type Selected } from "./databases";
import { type ConnectionOptions, type Copy, storageOptions } from "./options";
import { isGiven, openStorage, placeToCheck, type Storage, type Use } from "./storages";

/** What a command works on, as its options say: the stack's outputs, the cluster, the storages, the database. */
export class Connection {
  private outputsRead: Promise<CliOutputs | undefined> | undefined;
  private clusterOpened: Promise<Cluster> | undefined;

  constructor(
    private readonly world: World,
    private readonly options: ConnectionOptions,
  ) {}

  /** What the stack says of itself; undefined without --stack. Asked for once. */
  outputs(): Promise<CliOutputs | undefined> {
    this.outputsRead ??= this.readOutputs();
    return this.outputsRead;
  }

  /** Whose the stack's backups are, as its manifests say it; undefined without --stack. */
  async stackOwner(): Promise<Owner | undefined> {
    const outputs = await this.outputs();
    // Stacks of before do not say their name; `organization/project/stack` is a name in full.
    const stack = outputs?.stack ?? this.options.stack?.split("/").at(-1);
    return outputs?.environment && stack ? { environment: outputs.environment, stack } : undefined;
  }

  cluster(): Promise<Cluster> {
    this.clusterOpened ??= this.world.cluster(this.options.context);
    return this.clusterOpened;
  }

  /** The storage of `copy`, with the credentials that `use` needs and no stronger ones. */
  async storage(copy: Copy, use: Use): Promise<Storage> {
    const storages = (await this.outputs())?.storages;
    const declared = copy === "primary" ? storages?.primary : storages?.offSite;
    return openStorage(this.world, () => this.cluster(), {
      copy,
      use,
      declared,
      given: storageOptions(this.options, copy),
    });
  }

  /** The storage of `copy` with every key that the stack names for it, or with the one that the options give. */
  async placeToCheck(copy: Copy): Promise<CheckedPlace> {
    const storages = (await this.outputs())?.storages;
    const declared = copy === "primary" ? storages?.primary : storages?.offSite;
    const wanted = { copy, declared, given: storageOptions(this.options, copy) };
    return placeToCheck(() => this.cluster(), wanted);
  }

  /** Whether there is a second copy. */
  async hasOffSite(): Promise<boolean> {
    return (await this.outputs())?.storages.offSite !== undefined || isGiven(storageOptions(this.options, "off-site"));
  }

  /** Every database that the options mean, of those that the stack declares or, without one, that `storage` holds. */
  async databases(storage?: Storage): Promise<Selected[]> {
    const { there, place } = await this.listed(storage);
    return chooseDatabases(there, this.options, place);
  }

  /** The one database that the options mean. */
  async database(storage?: Storage): Promise<Selected> {
    const { there, place } = await this.listed(storage);
    return chooseDatabase(there, this.options, place);
  }

  private async listed(storage: Storage | undefined): Promise<{ there: Selected[]; place: string }> {
    const outputs = await this.outputs();
    if (outputs) {
      const there = outputs.databases.map((declared) => ({ target: targetOf(declared), declared }));
      return { there, place: `in the stack ${this.options.stack}` };
    }
    if (!storage) return { there: this.named(), place: "" };
    const { listTargets } = await import("../../catalog/list");
    const targets = await listTargets(storage.store, storage.prefix);
    return { there: targets.map((target) => ({ target })), place: `in ${storage.store.place}` };
  }

  /** The database that the options name in full, where there is nothing to look it up in. */
  private named(): Selected[] {
    const { namespace, cluster, database } = this.options;
    if (!namespace || !cluster || !database)
      throw badInput("which database is meant? Give --stack, or all of --namespace, --cluster and --database");
    return [{ target: { namespace, cluster, database } }];
  }

  private async readOutputs(): Promise<CliOutputs | undefined> {
    const { stack, cwd } = this.options;
    // An empty RESTORABLE_STACK is none.
    if (!stack) return undefined;
    try {
      return parseCliOutputs(await this.world.stackOutputs(stack, cwd), stack);
    } catch (error) {
      if (error instanceof InvalidInputError) throw badInput(error.message);
      throw error;
    }
  }
}

function targetOf({ namespace, cluster, database }: Target): Target {
  return { namespace, cluster, database };
}
