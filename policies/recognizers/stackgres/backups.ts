import type { PolicyResource } from "@pulumi/policy";
import {
  ABSENT,
  isYes,
  known,
  map,
  type Reading,
  readBoolean,
  readList,
  readNumber,
  readString,
  UNKNOWN,
  unknown,
} from "../../known";
import { endpointLocation } from "../../stack/endpoint";
import type { Backup, Schedule, ServerId, Store } from "../../stack/facts";
import { kubernetesNamespace, kubernetesServer, type StackView, serverText } from "../../stack/view";
import { objectStore, SNAPSHOTS, unknownStore } from "../shared/backup-stores";
import { foreignBackup } from "../shared/foreign-backup";
import { named, orDefault } from "../shared/operator-cluster";

/**
 * Backups that StackGres takes: those that an SGCluster's `configurations.backups` schedules (or, before there was that,
 * its SGBackupConfig), and an SGBackup, which somebody asked for once.
 */

const GROUP = "stackgres.io";
const CONFIGURED = ["spec", "configurations", "backups"];

/** What a cluster says of its backups. */
interface Configured {
  certain: boolean;
  method: Backup["method"];
  schedules: Schedule[];
  retention: Backup["retention"];
  deadlineSeconds: Reading<number>;
  stores: Store[];
}

export function clusterBackup(resource: PolicyResource, view: StackView): Backup[] {
  const configured = configuredIn(resource, view);
  if (!configured) return [];
  const server = kubernetesServer(resource);
  return [
    foreignBackup(resource, "SGCluster", [], view, {
      what: "the backups of a StackGres SGCluster",
      id: `${serverText(server)} (SGCluster ${resource.name})`,
      server,
      database: known("*"),
      databaseUrns: [resource.urn],
      ...configured,
      // Configured backups switch the archiving of WAL on (docs, "Backups").
      continuous: archivesWal(configured),
    }),
  ];
}

function archivesWal({ certain }: Configured): Reading<boolean> {
  return certain ? known(true) : unknown(CONFIGURED.join("."));
}

/** An SGBackup lies where its cluster's backups lie, and stays at least as long as they. */
export function requestedBackup(resource: PolicyResource, view: StackView): Backup[] {
  const server = serverOf(resource);
  const cluster = named(view, resource, GROUP, "SGCluster", server);
  const configured = cluster ? configuredIn(cluster, view) : undefined;
  const database = view.databases.find(({ urn }) => urn === cluster?.urn);
  return [
    foreignBackup(resource, "SGBackup", database ? [database] : [], view, {
      what: "a StackGres SGBackup",
      id: `${serverText(database?.id ?? server)} (SGBackup ${resource.name})`,
      server: database?.id ?? server,
      database: known("*"),
      ...(configured ?? { method: "physical", retention: keptBy(ABSENT, cluster === undefined), stores: [] }),
      certain: true,
      schedules: [],
      continuous: configured ? archivesWal(configured) : ABSENT,
      ...(cluster ? {} : { stores: [unknownStore("the SGCluster, which this stack does not declare")] }),
    }),
  ];
}

/** `sgCluster` is a name in the same namespace, or `namespace.name` in another. */
function serverOf(resource: PolicyResource): ServerId {
  const text = readString(resource.props, "spec", "sgCluster");
  const namespace = kubernetesNamespace(resource);
  if (text.state !== "known" || !text.value.includes(".")) return { namespace, name: text };
  const [first, ...rest] = text.value.split(".");
  return { namespace: known(first ?? ""), name: known(rest.join(".")) };
}

function configuredIn(cluster: PolicyResource, view: StackView): Configured | undefined {
  const entries = readList(cluster.props, ...CONFIGURED);
  // The operator reads the first entry only.
  if (entries.length > 0) return fromEntry(entries[0], cluster, view);
  const name = readString(cluster.props, "spec", "configurations", "sgBackupConfig");
  return name.state === "absent" ? undefined : fromBackupConfig(name, cluster, view);
}

function fromEntry(entry: unknown, cluster: PolicyResource, view: StackView): Configured {
  if (entry === UNKNOWN) return doubtful(CONFIGURED.join("."));
  const snapshot = readBoolean(entry, "useVolumeSnapshot");
  // Left out, the operator makes no CronJob, although older versions of the CRD speak of every day at five.
  const schedule = readString(entry, "cronSchedule");
  return {
    certain: true,
    method: methodOf(snapshot),
    schedules: schedule.state === "absent" ? [] : [cron(schedule)],
    // The CRD's default.
    retention: keptBy(orDefault(cluster, readNumber(entry, "retention"), 5)),
    // Zero is no limit.
    deadlineSeconds: map(readNumber(entry, "timeout"), (seconds) => (seconds > 0 ? seconds : undefined)),
    stores: [entryStore(snapshot, readString(entry, "sgObjectStorage"), cluster, view)],
  };
}

function methodOf(snapshot: Reading<boolean>): Backup["method"] {
  if (snapshot.state === "unknown") return "unknown";
  return isYes(snapshot) ? "snapshot" : "physical";
}

/** StackGres counts base backups; it has no time. */
function keptBy(count: Reading<number>, elsewhere = false): Backup["retention"] {
  return { count, seconds: ABSENT, elsewhere };
}

/** Only WAL goes to the object store when base backups are volume snapshots, and restores nothing without them. */
function entryStore(
  snapshot: Reading<boolean>,
  name: Reading<string>,
  cluster: PolicyResource,
  view: StackView,
): Store {
  if (isYes(snapshot)) return SNAPSHOTS;
  if (snapshot.state === "unknown") return unknownStore("useVolumeSnapshot");
  const storage = named(view, cluster, GROUP, "SGObjectStorage", { namespace: kubernetesNamespace(cluster), name });
  if (storage) return storageStore(storage, ["spec"], view);
  if (name.state !== "known") return unknownStore("sgObjectStorage");
  return unknownStore(`the SGObjectStorage ${name.value}, which this stack does not declare`);
}

function fromBackupConfig(name: Reading<string>, cluster: PolicyResource, view: StackView): Configured {
  const config = named(view, cluster, GROUP, "SGBackupConfig", { namespace: kubernetesNamespace(cluster), name });
  if (!config) {
    const what = "the SGBackupConfig, which this stack does not declare";
    return { ...doubtful(what), certain: true, method: "physical", retention: keptBy(ABSENT, true) };
  }
  const base = (key: string) => [config.props, "spec", "baseBackups", key] as const;
  return {
    certain: true,
    method: "physical",
    // The CRD's defaults, of both.
    schedules: [cron(orDefault(config, readString(...base("cronSchedule")), "0 5 * * *"))],
    retention: keptBy(orDefault(config, readNumber(...base("retention")), 5)),
    deadlineSeconds: ABSENT,
    stores: [storageStore(config, ["spec", "storage"], view)],
  };
}

function doubtful(what: string): Configured {
  return {
    certain: false,
    method: "unknown",
    schedules: [cron(unknown(what))],
    retention: keptBy(unknown(what)),
    deadlineSeconds: ABSENT,
    stores: [unknownStore(what)],
  };
}

/** Five fields, and times in UTC, as the CRD says. */
function cron(expression: Reading<string>): Schedule {
  return { expression, fields: 5, timeZone: known("UTC") };
}

const KINDS: Record<string, Store["kind"]> = { s3: "s3", s3Compatible: "s3", gcs: "gcs", azureBlob: "azure" };

function storageStore(owner: PolicyResource, path: string[], view: StackView): Store {
  const { props } = owner;
  const type = readString(props, ...path, "type");
  if (type.state !== "known") return unknownStore([...path, "type"].join("."));
  const kind = KINDS[type.value] ?? "other";
  // A bucket may be written as an address, with a path behind it.
  const bucket = map(
    readString(props, ...path, type.value, "bucket"),
    (text) => text.replace(/^\w+:\/\//, "").split("/")[0],
  );
  const compatible = type.value === "s3Compatible";
  return objectStore(
    {
      kind,
      bucket: kind === "azure" ? ABSENT : bucket,
      location: endpointLocation(compatible ? readString(props, ...path, type.value, "endpoint") : ABSENT),
      encrypted: encryptedIn(props, path),
    },
    owner,
    "spec",
    view,
  );
}

/** `encryption` is done before anything leaves, with libsodium or OpenPGP. */
function encryptedIn(props: unknown, path: string[]): Reading<boolean> {
  return map(readString(props, ...path, "encryption", "method"), (method) => /^(sodium|openpgp)$/.test(method));
}
