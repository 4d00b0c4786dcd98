import type { PolicyResource } from "@pulumi/policy";
import { readKeys, readList, readPartly, UNKNOWN } from "../../known";
import type { PlainText } from "../../stack/facts";
import { fullName, givenSecrets, or, type Release, rendered } from "./chart";

/** Charts that make custom resources of PostgreSQL operators out of their values. */

/** cloudnative-pg's chart `cluster` (github.com/cloudnative-pg/charts, charts/cluster): the name alone says too little. */
export function isCloudNativePgCluster({ chart, source }: Release): boolean {
  return chart === "cluster" && /cnpg|cloudnative-?pg/i.test(source);
}

const CNPG = "kubernetes:postgresql.cnpg.io/v1";

/** A Cluster with its backups in tree (templates/_backup.tpl), and ScheduledBackups (templates/scheduled-backups.yaml). */
export function cloudNativePgResources(release: Release): PolicyResource[] {
  const name = fullName(release, "cluster");
  const namespace = or(release.value("namespaceOverride"), release.namespace);
  const enabled = or(release.value("backups", "enabled"), false);
  const cluster = {
    instances: or(release.value("cluster", "instances"), 3),
    imageName: or(release.value("cluster", "imageName"), undefined),
    affinity: release.value("cluster", "affinity"),
    postgresql: { synchronous: given(release.value("cluster", "postgresql", "synchronous")) },
    env: release.value("cluster", "env"),
    plugins: release.value("cluster", "plugins"),
    backup: enabled === true ? barman(release) : enabled === UNKNOWN ? UNKNOWN : undefined,
  };
  const resources = [rendered(release, `${CNPG}:Cluster`, name, { spec: cluster }, namespace)];
  if (enabled !== true && enabled !== UNKNOWN) return resources;
  const schedules = release.value("backups", "scheduledBackups") ?? [DEFAULT_SCHEDULE];
  const listed = schedules === UNKNOWN ? [UNKNOWN] : readList({ schedules }, "schedules");
  for (const schedule of listed) {
    const spec = {
      schedule: readPartly(schedule, "schedule"),
      method: readPartly(schedule, "method"),
      pluginConfiguration: readPartly(schedule, "pluginConfiguration"),
      cluster: { name },
      // What is not sure to be there is as unsure as one that may be suspended.
      suspend: enabled === UNKNOWN || schedule === UNKNOWN ? UNKNOWN : undefined,
    };
    const called = readPartly(schedule, "name");
    const backup = rendered(release, `${CNPG}:ScheduledBackup`, called, { spec }, namespace);
    resources.push(typeof called === "string" ? { ...backup, name: `${backup.name}, ${called}` } : backup);
  }
  return resources;
}

/** The chart's values.yaml. */
const DEFAULT_SCHEDULE = { name: "daily-backup", schedule: "0 0 0 * * *", method: "barmanObjectStore" };

/** An empty object in the values is as good as none. */
const given = (value: unknown) => (value === UNKNOWN || readKeys({ value }, "value").length > 0 ? value : undefined);

function barman(release: Release): unknown {
  const at = (...path: string[]) => or(release.value("backups", ...path), undefined);
  const method = at("method") ?? "barmanObjectStore";
  if (method !== "barmanObjectStore") return method === UNKNOWN ? UNKNOWN : undefined;
  const provider = at("provider") ?? "s3";
  const encryption = (part: string) => release.value("backups", part, "encryption") ?? "AES256";
  return {
    retentionPolicy: at("retentionPolicy") ?? "30d",
    barmanObjectStore: {
      endpointURL: at("endpointURL"),
      destinationPath: at("destinationPath") ?? destination(provider, at),
      ...(typeof provider === "string" ? { [CREDENTIALS[provider] ?? "otherCredentials"]: {} } : {}),
      wal: { encryption: encryption("wal") },
      data: { encryption: encryption("data") },
    },
  };
}

const CREDENTIALS: Record<string, string> = {
  s3: "s3Credentials",
  google: "googleCredentials",
  azure: "azureCredentials",
};

/** templates/_barman_object_store.tpl: a bucket's address without the path in it, of which nobody asks. */
function destination(provider: unknown, at: (...path: string[]) => unknown): unknown {
  const join = (...parts: unknown[]) =>
    parts.includes(UNKNOWN) ? UNKNOWN : parts.every((part) => typeof part === "string") ? parts.join("") : undefined;
  if (provider === "s3") return join("s3://", at("s3", "bucket"), "/");
  if (provider === "google") return join("gs://", at("google", "bucket"), "/");
  if (provider !== "azure") return UNKNOWN;
  const service = at("azure", "serviceName") ?? "blob";
  return join(
    "https://",
    at("azure", "storageAccount"),
    ".",
    service,
    ".core.windows.net/",
    at("azure", "containerName"),
  );
}

export function cloudNativePgSecrets(release: Release): PlainText[] {
  const keys = ["s3.secretKey", "azure.connectionString", "azure.storageKey", "azure.storageSasToken"];
  return givenSecrets(
    release,
    [...keys, "google.applicationCredentials"].map((key) => `backups.${key}`),
  );
}

/** Crunchy's example chart (github.com/CrunchyData/postgres-operator-examples, helm/postgres). */
export function isCrunchyCluster({ chart, source, value }: Release): boolean {
  if (chart === "postgrescluster") return true;
  return chart === "postgres" && (/crunchy/i.test(source) || value("pgBackRestConfig") !== undefined);
}

export function crunchyResources(release: Release): PolicyResource[] {
  const at = (...path: string[]) => or(release.value(...path), undefined);
  const set = { name: at("instanceName") ?? "instance1", replicas: at("instanceReplicas") ?? 1 };
  const pgbackrest = at("pgBackRestConfig") ?? repositories(at);
  const spec = {
    image: at("imagePostgres"),
    instances: given(release.value("instances")) ?? [set],
    patroni: at("patroni"),
    shutdown: at("shutdown"),
    standby: at("standby"),
    backups: { pgbackrest: withImage(pgbackrest, at("imagePgBackRest")) },
  };
  const type = "kubernetes:postgres-operator.crunchydata.com/v1beta1:PostgresCluster";
  return [rendered(release, type, at("name") ?? release.name, { spec })];
}

function withImage(pgbackrest: unknown, image: unknown): unknown {
  return pgbackrest === UNKNOWN ? UNKNOWN : { image, ...(pgbackrest as object) };
}

/** templates/postgres.yaml: several repositories, one in S3 or GCS, or a volume. None of them has a schedule. */
function repositories(at: (...path: string[]) => unknown): unknown {
  const several = at("multiBackupRepos");
  if (several === UNKNOWN) return UNKNOWN;
  if (several !== undefined) {
    const repos = readList({ several }, "several");
    return {
      repos: repos.map((repo, index) =>
        repo === UNKNOWN ? UNKNOWN : { ...(repo as object), name: `repo${index + 1}` },
      ),
    };
  }
  const [s3, gcs] = [at("s3"), at("gcs")];
  if (s3 === UNKNOWN || gcs === UNKNOWN) return UNKNOWN;
  if (s3 === undefined) return { repos: [gcs === undefined ? { name: "repo1", volume: {} } : { name: "repo1", gcs }] };
  const passphrase = at("s3", "encryptionPassphrase");
  return {
    global: passphrase === undefined ? {} : { "repo1-cipher-type": "aes-256-cbc" },
    repos: [{ name: "repo1", s3 }],
  };
}

export function crunchySecrets(release: Release): PlainText[] {
  return givenSecrets(release, ["s3.keySecret", "s3.encryptionPassphrase"]);
}

/** StackGres' chart stackgres-cluster (stackgres-k8s/install/helm/stackgres-cluster). */
export function stackGresResources(release: Release): PolicyResource[] {
  const at = (...path: string[]) => or(release.value("cluster", ...path), undefined);
  if (at("create") === false) return [];
  const backups = at("configurations", "backups");
  const storage = at("configurations", "backups", "sgObjectStorage");
  const several = backups === UNKNOWN || Array.isArray(backups);
  const spec = {
    instances: at("instances") ?? 1,
    replication: { mode: at("replication", "mode") ?? "async", syncInstances: at("replication", "syncInstances") },
    nonProductionOptions: release.value("nonProductionOptions"),
    pods: { scheduling: at("pods", "scheduling") },
    configurations: {
      // The template makes backups only where they have a storage.
      backups: several ? backups : storage === undefined ? undefined : [{ ...DEFAULTS, ...(backups as object) }],
    },
  };
  const cluster = rendered(release, "kubernetes:stackgres.io/v1:SGCluster", release.name, { spec });
  const create = release.value("configurations", "objectstorage", "create");
  if (create !== true && create !== UNKNOWN) return [cluster];
  const object = release.value("configurations", "objectstorage");
  return [
    cluster,
    rendered(release, "kubernetes:stackgres.io/v1beta1:SGObjectStorage", storage, { spec: typed(object) }),
  ];
}

/** The chart's values.yaml. */
const DEFAULTS = { retention: 5, cronSchedule: "*/2 * * * *" };

/** One of s3, s3Compatible, gcs and azureBlob, with its type beside it (templates/sgobjectstorage.yaml). */
function typed(storage: unknown): unknown {
  if (storage === UNKNOWN) return UNKNOWN;
  const type = ["s3", "s3Compatible", "gcs", "azureBlob"].find((key) => given(readPartly(storage, key)) !== undefined);
  // Without any, the chart means a MinIO beside the cluster.
  if (type === undefined)
    return { type: "s3Compatible", s3Compatible: { bucket: "stackgres", endpoint: "http://minio:9000" } };
  return { type, [type]: readPartly(storage, type) };
}
