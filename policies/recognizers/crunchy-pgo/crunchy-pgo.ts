import type { PolicyResource } from "@pulumi/policy";
import {
  ABSENT,
  isYes,
  known,
  map,
  type Reading,
  read,
  readBoolean,
  readList,
  readNumber,
  readPartly,
  readString,
  UNKNOWN,
  unknown,
} from "../../known";
import type { Backup, Database, PlainText, RestoreTest, Schedule, ServerId } from "../../stack/facts";
import type { Recognizer } from "../../stack/recognizer";
import { kubernetesKind, kubernetesNamespace, kubernetesServer, type StackView, serverText } from "../../stack/view";
import { SNAPSHOTS } from "../shared/backup-stores";
import { keptInBucket } from "../shared/bucket-retention";
import { plainTextOf } from "../shared/containers";
import { foreignBackup } from "../shared/foreign-backup";
import { all, clusterDatabase, isPatch, isPresent, named, orDefault, some, under } from "../shared/operator-cluster";
import { patroniSynchronous, requiredAntiAffinity, requiredTopologySpread } from "../shared/pod-placement";
import { dropsWalBy, optionsPlainText, repoRetention, repoStore } from "./pgbackrest";

const PGBACKREST = ["spec", "backups", "pgbackrest"];
const GLOBAL = [...PGBACKREST, "global"];

/**
 * Crunchy's operator PGO, from version 5: a PostgresCluster, which also says how it is backed up; and Percona's, which was
 * made from it and reads the same in a PerconaPGCluster.
 */
export const crunchyPgo: Recognizer = {
  types:
    /^kubernetes:(?:postgres-operator\.crunchydata\.com\/[^:]+:PostgresCluster|pgv2\.percona\.com\/[^:]+:PerconaPGCluster)(?:Patch)?$/,
  databases: (resource, view) => [database(resource, view)],
  backups: (resource, view) => (hasBackups(resource) ? [backup(resource, view)] : []),
  restoreTests,
};

const kindOf = ({ type }: PolicyResource) => kubernetesKind(type)?.kind ?? "PostgresCluster";
const productOf = (resource: PolicyResource) => (kindOf(resource) === "PerconaPGCluster" ? "Percona" : "Crunchy PGO");

function database(resource: PolicyResource, view: StackView): Database {
  const { props } = resource;
  const mode = read(props, "spec", "patroni", "dynamicConfiguration", "synchronous_mode");
  return clusterDatabase(resource, view, {
    what: `a ${productOf(resource)} ${kindOf(resource)}`,
    product: productOf(resource),
    availability: {
      instances: instances(resource),
      spread: spread(resource),
      // Patroni's default.
      synchronous: patroniSynchronous(orDefault(resource, mode, false)),
    },
    dropsWal: dropsWal(resource, view),
    // Left out, the image comes from the operator's environment.
    images: [{ path: "spec.image", image: readString(props, "spec", "image") }],
    plainText: plainText(props),
  });
}

/** The sum over all sets of instances, each of one instance unless it says more (the CRD's default). */
function instances(resource: PolicyResource): Reading<number> {
  let sum = 0;
  const sets = readList(resource.props, "spec", "instances");
  for (const [index, set] of sets.entries()) {
    if (set === UNKNOWN) return unknown("spec.instances");
    const replicas = orDefault(resource, readNumber(set, "replicas"), 1);
    if (replicas.state !== "known") return under(`spec.instances[${index}]`, replicas);
    sum += replicas.value;
  }
  return sets.length === 0 ? ABSENT : known(sum);
}

/** Every set needs a rule of its own: what PGO adds by default is a preference (ScheduleAnyway). */
function spread(resource: PolicyResource): Reading<boolean> {
  const sets = readList(resource.props, "spec", "instances").map((set, index) =>
    under(
      `spec.instances[${index}]`,
      some([
        requiredAntiAffinity(set, "affinity", "podAntiAffinity"),
        requiredTopologySpread(set, "topologySpreadConstraints"),
      ]),
    ),
  );
  const found = all(sets);
  return found.state === "known" && !found.value && isPatch(resource) ? ABSENT : found;
}

/** In `global`, or in a ConfigMap of this stack that is mounted as a further configuration file. */
function dropsWal(resource: PolicyResource, view: StackView): Reading<boolean> {
  const files = readList(resource.props, ...PGBACKREST, "configuration").map((projection) => {
    const name = readString(projection, "configMap", "name");
    const file = named(view, resource, "core", "ConfigMap", { namespace: kubernetesNamespace(resource), name });
    const data = file ? readPartly(file.props, "data") : undefined;
    if (data === UNKNOWN) return unknown(`ConfigMap ${file?.name}: data`);
    return some(Object.values(data ?? {}).map((text) => setsQueueLimit(text, `ConfigMap ${file?.name}: data`)));
  });
  const found = some([dropsWalBy(readPartly(resource.props, ...GLOBAL), GLOBAL.join(".")), ...files]);
  return found.state === "known" && !found.value && isPatch(resource) ? ABSENT : found;
}

function setsQueueLimit(text: unknown, path: string): Reading<boolean> {
  if (text === UNKNOWN) return unknown(path);
  return known(typeof text === "string" && /^\s*archive-push-queue-max\s*=/m.test(text));
}

function plainText(props: unknown): PlainText[] {
  const source = ["spec", "dataSource", "pgbackrest", "global"];
  const sidecars = readList(props, "spec", "instances").flatMap((set, index) =>
    plainTextOf(readList(set, "containers"), `spec.instances[${index}]`),
  );
  return [...optionsPlainText(readPartly(props, ...source), source.join(".")), ...sidecars];
}

/** Since 5.7 a cluster may be without backups, and then PGO throws its WAL away. */
function hasBackups({ props }: PolicyResource): boolean {
  // Percona's way to have none.
  const enabled = readBoolean(props, "spec", "backups", "enabled");
  if (enabled.state === "known" && !enabled.value) return false;
  return readPartly(props, ...PGBACKREST) === UNKNOWN || readList(props, ...PGBACKREST, "repos").length > 0;
}

function backup(resource: PolicyResource, view: StackView): Backup {
  const { props } = resource;
  const server = kubernetesServer(resource);
  const global = readPartly(props, ...GLOBAL);
  const repos = readList(props, ...PGBACKREST, "repos");
  const placed = repos.map((repo) => ({ repo, store: repoStore(repo, global, resource, view) }));
  const stores = placed.map(({ store }) => store);
  const snapshots = isYes(isPresent(props, "spec", "backups", "snapshots", "volumeSnapshotClassName"));
  const suspended = suspension(props);
  const certain = repos.some((repo) => repo !== UNKNOWN);
  return foreignBackup(resource, kindOf(resource), [], view, {
    what: `the backups of a ${productOf(resource)} ${kindOf(resource)}`,
    id: `${serverText(server)} (${kindOf(resource)} ${resource.name})`,
    server,
    database: known("*"),
    databaseUrns: [resource.urn],
    method: "physical",
    certain,
    schedules: repos.flatMap((repo, index) => schedules(repo, `${PGBACKREST.join(".")}.repos[${index}]`, suspended)),
    // PGO archives WAL into every repository, whatever the schedules.
    continuous: certain ? map(suspended, (value) => !value) : unknown(PGBACKREST.join(".")),
    retention: keptInBucket(repoRetention(placed, global), stores, view),
    stores: snapshots ? [...stores, SNAPSHOTS] : stores,
    images: [{ path: "spec.backups.pgbackrest.image", image: readString(props, ...PGBACKREST, "image") }],
    plainText: optionsPlainText(global, GLOBAL.join(".")),
  });
}

/** PGO suspends its CronJobs while a cluster is shut down or a standby, which archives nothing either. */
function suspension(props: unknown): Reading<boolean> {
  const standby = isPresent(props, "spec", "standby");
  const enabled = readBoolean(props, "spec", "standby", "enabled");
  return some([
    readBoolean(props, "spec", "shutdown"),
    // The CRD's default of `enabled`.
    isYes(standby) && enabled.state === "absent" ? known(true) : enabled,
    standby.state === "unknown" ? standby : known(false),
  ]);
}

/** CronJobs, and so five fields or a macro. Their time zone is the one of Kubernetes' controller manager. */
function schedules(repo: unknown, at: string, suspended: Reading<boolean>): Schedule[] {
  if (isYes(suspended)) return [];
  const schedule = (expression: Reading<string>): Schedule => ({ expression, fields: "any", timeZone: ABSENT });
  if (readPartly(repo, "schedules") === UNKNOWN) return [schedule(unknown(`${at}.schedules`))];
  return ["full", "differential", "incremental"]
    .map((kind) => under(at, readString(repo, "schedules", kind)))
    .filter(({ state }) => state !== "absent")
    .map((expression) => schedule(suspended.state === "unknown" ? suspended : expression));
}

/** A cluster that starts from another's backups. */
function restoreTests(resource: PolicyResource, view: StackView): RestoreTest[] {
  const { props } = resource;
  const path = ["spec", "dataSource", "postgresCluster"];
  if (!isYes(isPresent(props, ...path))) return [];
  const own = kubernetesServer(resource);
  const name = readString(props, ...path, "clusterName");
  const namespace = readString(props, ...path, "clusterNamespace");
  // Both default to those of the cluster being made.
  const target: ServerId = {
    name: name.state === "absent" ? own.name : name,
    namespace: namespace.state === "absent" ? own.namespace : namespace,
  };
  const { group = "", kind = "" } = kubernetesKind(resource.type) ?? {};
  const source = named(view, resource, group, kind, target);
  if (!source) return [];
  return [
    {
      urn: resource.urn,
      name: resource.name,
      what: `a ${productOf(resource)} ${kindOf(resource)} that starts from another's backup`,
      origin: view.origin(resource),
      covers: [source.urn],
      doesNotCount: "it starts a cluster from a backup once, and checks nothing of what was restored",
      copies: copies(source, readString(props, ...path, "repoName"), view),
      schedules: [],
    },
  ];
}

function copies(source: PolicyResource, repoName: Reading<string>, view: StackView): RestoreTest["copies"] {
  if (repoName.state !== "known") return repoName;
  const repo = readList(source.props, ...PGBACKREST, "repos").find((candidate) => {
    const name = readString(candidate, "name");
    return name.state === "known" && name.value === repoName.value;
  });
  return repo === undefined ? ABSENT : repoStore(repo, readPartly(source.props, ...GLOBAL), source, view).location;
}
