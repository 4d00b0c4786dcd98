import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { clusterIp, labCluster, readImages, readS3Access, type S3Access } from "../../../lab";
import { chainKey } from "../../../model/chain";
import { claimedRecord } from "../../../model/claimed-evidence";
import { openEnvelope } from "../../../model/dsse";
import { type DrillPredicate, statementSchema } from "../../../model/evidence";
import { RUN_VARIABLES } from "../../../model/job-config";
import { type AnyRestorePath, fingerprint } from "../../../model/restore-path";
import type { Target } from "../../../model/target";
import { apiServerCidrs } from "../../../scripts/loop/api-server";
import {
  type FinishedJob,
  findDrillJob,
  finishJob,
  type JobSpec,
  jobName,
  setVariable,
  startJob,
} from "../../../scripts/loop/jobs";
import { getObject, kubectl } from "../../../scripts/loop/kubectl";
import { type LocalOutputs, LocalStack } from "../../../scripts/loop/local-stack";
import { PulumiStack } from "../../../scripts/loop/pulumi";
import { psql } from "../../../scripts/loop/sample";
import type { ProgramSettings } from "../program/settings";
import { Store } from "./store";

/** What a team calls its own, and which of the cluster's databases is its. */
export interface Team {
  stack: string;
  /** The program's folder below test/e2e. @default "program" */
  program?: string;
  /** The cluster in the local stack's namespace. @default the local stack's */
  cluster?: string;
  database: string;
  applicationRole: string;
  /** SQL that tells that the application works. */
  check: string;
  drillNamespace: string;
  backup: string;
  drill: string;
  /** The storage component: `<store>-writer` and so on are its Secrets. */
  store: string;
  /** What its backups may lack. */
  notBackedUp?: string[];
  /** How often a Job is asked whether it has ended: for who waits for several at once. @default 500 */
  pollMs?: number;
}

const TORTURE: Team = {
  stack: "e2e",
  database: "torture",
  applicationRole: "torture_app",
  check: "select count(*) > 0 from torture.customers",
  drillNamespace: "e2e-drill",
  backup: "torture-backup",
  drill: "torture-drill",
  store: "e2e-store",
  // Its options: only a superuser may read them.
  notBackedUp: ["user mapping for torture_app on server elsewhere"],
};

/**
 * Where the end-to-end tests happen: the lab with the `local` stack deployed (make up), and beside it a second stack,
 * another team's, whose database holds what dump and restore tools stumble over. Faults are injected there.
 */
export class World {
  static readonly drillNamespace = TORTURE.drillNamespace;
  static readonly database = TORTURE.database;
  static readonly backup = TORTURE.backup;
  static readonly drill = TORTURE.drill;

  readonly s3: S3Access;
  readonly target: Target;
  readonly team: PulumiStack;
  /** For what tests write. */
  readonly folder: string;
  readonly cluster: { namespace: string; cluster: string };
  /** With what backups log in: the local stack's, in every cluster. */
  readonly backupSecret: string;
  private readonly settingsFile: string;
  private storeAccess: Store | undefined;
  /** The key under which putEnvelope() writes: the newest evidence's when it was first called. */
  private replaced: { key: string; sequence: number | undefined } | undefined;

  private constructor(
    readonly local: LocalStack,
    readonly outputs: LocalOutputs,
    readonly names: Team,
    private readonly apiServerCidrs: string[],
  ) {
    this.s3 = readS3Access();
    this.cluster = { namespace: outputs.namespace, cluster: names.cluster ?? outputs.clusterName };
    this.target = { ...this.cluster, database: names.database };
    this.backupSecret = `${outputs.clusterName}-backup-credentials`;
    this.folder = join(local.folder, names.stack);
    const { folder } = this;
    mkdirSync(folder, { recursive: true });
    this.settingsFile = join(folder, "settings.json");
    this.team = new PulumiStack(
      {
        ...{ folder, stack: names.stack, program: join(__dirname, "..", names.program ?? "program") },
        configFile: join(folder, `Pulumi.${names.stack}.yaml`),
      },
      { RESTORABLE_E2E_SETTINGS: this.settingsFile },
    );
  }

  /** A team's world: by default the one whose database is the hard one. */
  static async open(names: Team = TORTURE): Promise<World> {
    const local = new LocalStack();
    return new World(local, await local.outputs(), names, await apiServerCidrs());
  }

  /** Loads the torture schema, once. */
  async loadTorture(): Promise<void> {
    const { cluster } = this;
    const there = await psql(
      cluster,
      "postgres",
      `select count(*) from pg_database where datname = '${World.database}'`,
    );
    if (there.trim() === "0")
      await psql(cluster, "postgres", `create database ${World.database} template template0 locale 'C'`);
    if ((await psql(cluster, World.database, "select to_regclass('torture.customers') is not null")).trim() === "t")
      return;
    await psql(cluster, World.database, readFileSync(join(__dirname, "..", "data", "torture.sql"), "utf8"), [
      "--single-transaction",
    ]);
  }

  writeSettings(change: Partial<ProgramSettings> = {}): void {
    const images = readImages();
    const { namespace, cluster } = this.target;
    const { endpoint, bucket, region, writer, reader, evidence } = this.s3;
    const settings: ProgramSettings = {
      namespace,
      cluster,
      host: `${cluster}-rw.${namespace}.svc`,
      backupSecret: this.backupSecret,
      ...this.names,
      apiServerCidrs: this.apiServerCidrs,
      endpoint,
      bucket,
      region,
      credentials: { writer, reader, evidence },
      signingKey: this.local.signingKey(),
      images: { server: images.postgres as string, agent: images.agent as string },
      ...change,
    };
    writeFileSync(this.settingsFile, JSON.stringify(settings), { mode: 0o600 });
  }

  /** The bucket with the root key. From the host the Service is reached by its address. */
  async store(): Promise<Store> {
    const { bucket, region, root } = this.s3;
    this.storeAccess ??= new Store({ endpoint: await this.endpoint(), bucket, region, ...root });
    return this.storeAccess;
  }

  private async endpoint(): Promise<string> {
    const url = new URL(this.s3.endpoint);
    url.hostname = await clusterIp(labCluster, "storage", "s3");
    return url.origin;
  }

  /** The bucket with one of the three keys that backups and drills have. */
  async storeAs(user: "writer" | "reader" | "evidence"): Promise<Store> {
    const { bucket, region } = this.s3;
    return new Store({ endpoint: await this.endpoint(), bucket, region, ...this.s3[user] });
  }

  /** Deploys the team's stack, by the real engine; with the policy pack on unless `gated` is false. */
  async deploy(change: Partial<ProgramSettings> = {}, gated = true): Promise<void> {
    this.writeSettings(change);
    await this.team.ensure();
    const { code, output } = await this.team.tryCommand([
      "up",
      "--yes",
      "--skip-preview",
      ...(gated ? this.local.policyArguments() : []),
    ]);
    if (code !== 0) throw new Error(`the team's stack could not be deployed:\n${output}`);
  }

  /** What the gate says of the team's stack, in a preview. */
  async preview(change: Partial<ProgramSettings> = {}): Promise<{ code: number; output: string }> {
    this.writeSettings(change);
    return this.team.tryCommand(["preview", ...this.local.policyArguments()]);
  }

  /** Makes, or replaces, a Secret. */
  async secret(name: string, data: Record<string, string>, namespace = this.target.namespace): Promise<void> {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, stringData: data };
    await kubectl(["apply", "-f", "-"], { input: JSON.stringify(secret) });
  }

  /** Takes a backup now; `change` may sabotage the Job first. */
  async backUp(name: string, change: (spec: JobSpec) => void = () => {}): Promise<FinishedJob> {
    const job = jobName(this.names.backup, name);
    await startJob(this.target.namespace, this.names.backup, job, (spec) => {
      spec.backoffLimit = 0;
      change(spec);
    });
    return finishJob(this.target.namespace, job, undefined, this.names.pollMs);
  }

  /** Drills the backup `id` now; `change` may sabotage the Job first. */
  async drill(id: string | undefined, name: string, change: (spec: JobSpec) => void = () => {}): Promise<FinishedJob> {
    const job = jobName(this.names.drill, name);
    await startJob(this.names.drillNamespace, this.names.drill, job, (spec) => {
      if (id) setVariable(spec, "signer", RUN_VARIABLES.backupId, id);
      setVariable(spec, "signer", RUN_VARIABLES.trigger, "manual");
      change(spec);
    });
    return finishJob(this.names.drillNamespace, job, undefined, this.names.pollMs);
  }

  /** The drill that the agent started after the backup `id`. */
  async drillAfter(id: string): Promise<FinishedJob> {
    const { drillNamespace, pollMs } = this.names;
    return finishJob(drillNamespace, await findDrillJob(drillNamespace, id), undefined, pollMs);
  }

  /** What the newest drill says of itself, its signature verified. */
  async evidence(): Promise<DrillPredicate> {
    return this.read(await this.envelope());
  }

  /** What the newest evidence of each restore path says, the newest first. */
  async allEvidence(): Promise<DrillPredicate[]> {
    return (await this.envelopes()).map(({ envelope }) => this.read(envelope));
  }

  private read(envelope: string): DrillPredicate {
    const opened = openEnvelope(envelope, [this.local.publicKey()]);
    if (!opened.ok) throw new Error(`the evidence cannot be trusted: ${opened.problem}`);
    return statementSchema.parse(opened.statement).predicate;
  }

  /** The newest evidence. A ConfigMap keeps that of earlier restore paths, too. */
  async envelope(): Promise<string> {
    const [newest] = await this.envelopes();
    if (!newest) throw new Error("the drill has left no evidence");
    return newest.envelope;
  }

  /** Puts `envelope` in the place of the newest evidence: as that of its restore path, and in the chain. */
  async putEnvelope(envelope: string): Promise<void> {
    const [newest] = this.replaced ? [this.replaced] : await this.envelopes();
    if (!newest) throw new Error("there is no evidence to replace");
    this.replaced = newest;
    const file = join(this.folder, "patch.json");
    const inChain = newest.sequence === undefined ? {} : { [chainKey(newest.sequence)]: envelope };
    writeFileSync(file, JSON.stringify({ data: { [newest.key]: envelope, ...inChain } }));
    await kubectl([
      ...["-n", this.names.drillNamespace, "patch", "configmap", `${this.names.drill}-evidence`],
      "--type=merge",
      "--patch-file",
      file,
    ]);
  }

  /** The newest evidence of each restore path in the drill's ConfigMap, the newest first. */
  private async envelopes(): Promise<{ key: string; envelope: string; sequence: number | undefined }[]> {
    const map = await getObject<{ data?: Record<string, string> }>(
      this.names.drillNamespace,
      "configmap",
      `${this.names.drill}-evidence`,
    );
    return Object.entries(map?.data ?? {})
      .filter(([key]) => /^[0-9a-f]{64}\.dsse\.json$/.test(key))
      .map(([key, envelope]) => ({ key, envelope, sequence: claimedRecord(envelope)?.chain?.sequence }))
      .sort((a, b) => (b.sequence ?? -1) - (a.sequence ?? -1));
  }

  /** A restore path like `path`, of the next major. */
  otherFingerprint(path: AnyRestorePath): { path: AnyRestorePath; fingerprint: string } {
    const other = { ...path, postgresMajor: path.postgresMajor + 1 };
    return { path: other, fingerprint: fingerprint(other) };
  }

  /** What must appear in no output, state, log or evidence. */
  secrets(): string[] {
    const { writer, reader, evidence, root } = this.s3;
    const keyBody = this.local.signingKey().split("\n")[1] as string;
    return [...[writer, reader, evidence, root].map((key) => key.secretAccessKey), keyBody, ...this.local.passwords()];
  }

  /** Every file of both stacks' states, by its path. */
  stateFiles(): Record<string, string> {
    const files = [join(this.local.folder, "state"), join(this.folder, "state")].flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
        .map((entry) => join(entry.parentPath, entry.name)),
    );
    if (files.length < 2) throw new Error("the stacks have no state to look through");
    return Object.fromEntries(files.map((file) => [file, readFileSync(file, "utf8")]));
  }
}
