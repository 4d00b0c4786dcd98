import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { V1CronJob, V1Job } from "@kubernetes/client-node";
import type { Cluster, JobEnd, JobPod } from "../../../cli/connection/cluster";
import { run } from "../../../cli/run";
import type { World } from "../../../cli/world";
import type { DrillPredicate } from "../../../model/evidence";
import { layout, timeOfId } from "../../../model/layout";
import { type Manifest, manifestDigest } from "../../../model/manifest";
import { ownerKey, type StorageOwner } from "../../../model/storage-identity";
import type { Target } from "../../../model/target";
import { initialiseFolder } from "../../../store/folder-init";
import { openStore } from "../../../store/open";
import type { Bucket } from "../../../store/s3-store";
import { aDrill, aTestimony, newKeys, sealed } from "../../policy/support/evidence";
import { manifest as aManifest, restorePath } from "../agent/jobs";
import { aMarker } from "../catalog/memory-store";

export const TARGET: Target = { namespace: "app", cluster: "orders", database: "shop" };
export const NOW = new Date("2026-11-21T12:00:00Z");
export const keys = newKeys();

/** A storage in a folder of its own, with backups as the agent leaves them. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), "restorable-cli-"));

  static async make(): Promise<Folder> {
    const folder = new Folder();
    await initialiseFolder(folder.path, { prefix: "", mounted: false });
    return folder;
  }

  write(key: string, content: string): void {
    const file = join(this.path, key);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    // As if it had been stored while it was NOW.
    utimesSync(file, NOW, new Date(NOW.getTime() - 60_000));
  }

  /** Stores a backup taken when its id says, and gives its manifest. */
  backup(
    id: string,
    {
      dump = "dump of the data",
      target = TARGET,
      excluded,
      change = {},
    }: { dump?: string; target?: Target; excluded?: Manifest["excluded"]; change?: Partial<Manifest> } = {},
  ): Manifest {
    const key = (name: string) => layout.backup("", target, id) + name;
    const artifact = (name: string, content: string) => {
      this.write(key(name), content);
      const sha256 = createHash("sha256").update(content).digest("hex");
      return { key: key(name), bytes: content.length, sha256 };
    };
    const at = (seconds: number) => new Date(timeOfId(id).getTime() + seconds * 1000).toISOString();
    const manifest: Manifest = {
      ...aManifest,
      id,
      target,
      startedAt: at(0),
      snapshot: { at: at(1), lsn: "0/1" },
      completedAt: at(60),
      keepUntil: at(86_400),
      artifacts: {
        database: artifact("database.dump", dump),
        roles: artifact("roles.sql", "CREATE ROLE shop;"),
        facts: artifact("facts.json", "{}"),
      },
      previous: undefined,
      excluded,
      ...change,
    };
    this.write(key("manifest.json"), JSON.stringify(manifest));
    return manifest;
  }

  /** Stores the marker of ownership: the example's owner, unless `change` says otherwise. */
  own(change: Partial<StorageOwner> = {}): void {
    this.write(ownerKey("", TARGET), JSON.stringify(aMarker(change)));
  }

  /** Stores the evidence of a drill of `manifest`, and gives the envelope. */
  drill(manifest: Manifest, id: string, change: Partial<DrillPredicate> = {}, by = keys): string {
    const { target, artifacts } = manifest;
    const predicate: DrillPredicate = {
      ...aTestimony(aDrill("staging", { target, restorePath, stack: "orders-staging" }), NOW),
      backup: {
        id: manifest.id,
        snapshotAt: manifest.snapshot.at,
        completedAt: manifest.completedAt,
        bytes: artifacts.database.bytes,
        sha256: artifacts.database.sha256,
        roles: artifacts.roles.sha256,
        facts: artifacts.facts.sha256,
        manifest: manifestDigest(manifest),
        systemIdentifier: manifest.server.systemIdentifier,
      },
      drill: {
        id,
        trigger: "after-backup",
        startedAt: "2026-11-21T10:58:00.000Z",
        finishedAt: "2026-11-21T11:00:00.000Z",
      },
      ...change,
    };
    const envelope = sealed(predicate, by);
    this.write(`${layout.evidence("", target, manifest.id)}${id}.dsse.json`, envelope);
    return envelope;
  }

  /** A file beside the storage. */
  file(name: string, content: string): string {
    this.write(`../${this.path.split("/").pop()}-files/${name}`, content);
    return join(`${this.path}-files`, name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
    rmSync(`${this.path}-files`, { recursive: true, force: true });
  }
}

/** A cluster that knows two CronJobs, and lets a Job end as the test says. */
export class FakeCluster implements Cluster {
  readonly name = "test";
  readonly created: V1Job[] = [];
  secrets: Record<string, Record<string, string>> = {};
  /** What the Job's pod has printed each time it is asked; the last one stays. */
  logs: string[] = [""];
  end: JobEnd = { succeeded: true };
  exitCode = 0;
  /** Jobs that the CronJobs' schedules have started and that are under way. */
  active: string[] = [];
  /** Called each time the Job is asked for its end: an answer of undefined lets it go on. */
  running: () => boolean = () => this.logs.length > 1;

  async secret(namespace: string, name: string) {
    return this.secrets[`${namespace}/${name}`];
  }

  async cronJob(namespace: string, name: string): Promise<V1CronJob | undefined> {
    const containers: Record<string, string> = { "app/shop-backup": "backup", "app-drill/shop-drill": "drill" };
    const container = containers[`${namespace}/${name}`];
    if (!container) return undefined;
    const spec = { template: { spec: { containers: [{ name: container, image: "agent" }] } } };
    const status = { active: this.active.map((job) => ({ name: job })) };
    return { metadata: { name, uid: "u1" }, spec: { schedule: "0 * * * *", jobTemplate: { spec } }, status };
  }

  async createJob(job: V1Job) {
    this.created.push(job);
  }

  async jobEnd(): Promise<JobEnd | undefined> {
    return this.running() ? undefined : this.end;
  }

  async jobPods(): Promise<JobPod[]> {
    return [{ name: "pod-1", started: true, exitCode: this.exitCode }];
  }

  async whyNoPod(): Promise<string | undefined> {
    return undefined;
  }

  async podLog() {
    return (this.logs.length > 1 ? this.logs.shift() : this.logs[0]) ?? "";
  }
}

export interface Called {
  code: number;
  out: string;
  err: string;
  buckets: Bucket[];
}

/** Runs a command line in a world of the test's own. */
export async function call(args: string[], change: Partial<World> = {}): Promise<Called> {
  const out: string[] = [];
  const buckets: Bucket[] = [];
  let err = "";
  const world: World = {
    out: (text) => out.push(text),
    err: (text) => {
      err += text;
    },
    terminal: { in: false, out: false, err: false },
    color: false,
    env: {},
    now: () => NOW,
    signal: new AbortController().signal,
    confirm: async () => assertNever("nobody is asked"),
    ask: async () => assertNever("nobody is asked"),
    stackOutputs: async () => assertNever("no stack is read"),
    cluster: async () => assertNever("no cluster is opened"),
    bucket: async (bucket) => {
      buckets.push(bucket);
      return assertNever("no bucket is opened");
    },
    folder: (path) => openStore({ kind: "nfs", path }, ""),
    checkStorage: async () => assertNever("no storage is checked"),
    ...change,
  };
  const before = process.exitCode;
  const code = await run(world, args);
  process.exitCode = before;
  return { code, out: out.join("\n"), err, buckets };
}

function assertNever(what: string): never {
  throw new Error(what);
}

/** The output `restorable` of a stack whose storage is a bucket, and has Secrets. */
export function stackOutputs(change: object = {}) {
  return {
    restorable: {
      version: 1,
      environment: "staging",
      stack: "orders-staging",
      databases: [
        {
          ...TARGET,
          backupCronJob: "shop-backup",
          drillNamespace: "app-drill",
          drillCronJob: "shop-drill",
          timeZone: "UTC",
          retention: { keepSeconds: 3600, hourly: 0, daily: 2, weekly: 0, monthly: 0, yearly: 0 },
        },
      ],
      storages: {
        primary: {
          access: { kind: "s3-compatible" },
          secrets: {
            reader: { namespace: "app-drill", name: "store-reader" },
            writer: { namespace: "app", name: "store-writer" },
          },
        },
      },
      publicKeys: [keys.publicKey],
      ...change,
    },
  };
}
