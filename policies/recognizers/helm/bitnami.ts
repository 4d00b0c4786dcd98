import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, map, type Reading, readList, readNumber, readString, UNKNOWN } from "../../known";
import type { Database, ImageUse } from "../../stack/facts";
import type { StackView } from "../../stack/view";
import { all, clusterDatabase } from "../shared/operator-cluster";
import { fullName, givenSecrets, or, type Release, reading, rendered } from "./chart";

/**
 * Bitnami's charts postgresql and postgresql-ha: servers without an operator, and a CronJob that runs pg_dumpall into a
 * claim if `backup.enabled` is set (templates/backup/cronjob.yaml).
 */
export function isBitnami({ chart, source }: Release): boolean {
  if (chart === "postgresql-ha") return true;
  // Others have charts of that name too. One without a repository is an alias for Bitnami's more often than not.
  return chart === "postgresql" && (/bitnami/i.test(source) || !/[:.]/.test(source));
}

const isHa = ({ chart }: Release) => chart === "postgresql-ha";
/** postgresql-ha calls its servers `<name>-postgresql`, beside the pgpool. */
const serverName = (release: Release): unknown => {
  const name = fullName(release);
  return isHa(release) && typeof name === "string" ? `${name}-postgresql` : name;
};

export function bitnamiDatabase(release: Release, view: StackView): Database[] {
  const database = clusterDatabase(release.resource, view, {
    what: `a Helm Release of the chart ${release.chart}`,
    product: "Bitnami chart",
    id: {
      namespace: readString({ namespace: release.namespace }, "namespace"),
      name: readString({ name: serverName(release) }, "name"),
    },
    availability: isHa(release) ? haAvailability(release) : availability(release),
    // The charts archive no WAL, so there is none to drop.
    dropsWal: known(false),
    images: [image(release)],
    plainText: givenSecrets(release, SECRETS[isHa(release) ? "ha" : "single"]),
  });
  return [database];
}

const SECRETS = {
  single: [
    "auth.postgresPassword",
    "auth.password",
    "auth.replicationPassword",
    "global.postgresql.auth.postgresPassword",
    "global.postgresql.auth.password",
  ],
  ha: [
    "postgresql.password",
    "postgresql.postgresPassword",
    "postgresql.repmgrPassword",
    "pgpool.adminPassword",
    "global.postgresql.password",
    "global.postgresql.repmgrPassword",
    "global.pgpool.adminPassword",
  ],
};

const number = (release: Release, otherwise: number, ...path: string[]): Reading<number> =>
  readNumber({ value: or(release.value(...path), otherwise) }, "value");
const text = (release: Release, otherwise: string, ...path: string[]): Reading<string> =>
  readString({ value: or(release.value(...path), otherwise) }, "value");

/** A primary, and replicas if the architecture is `replication`, in StatefulSets of their own that nothing keeps apart. */
function availability(release: Release): Database["availability"] {
  const architecture = text(release, "standalone", "architecture");
  const replicas = number(release, 1, "readReplicas", "replicaCount");
  const replicated = map(architecture, (value) => value === "replication");
  const instances: Reading<number> =
    replicated.state !== "known" ? replicated : replicated.value ? map(replicas, (count) => count + 1) : known(1);
  return {
    instances,
    spread: known(false),
    synchronous: all([
      replicated,
      map(text(release, "off", "replication", "synchronousCommit"), (value) => /^(on|remote_\w+)$/.test(value)),
      map(number(release, 0, "replication", "numSynchronousReplicas"), (count) => count > 0),
    ]),
  };
}

/** repmgr's instances are one StatefulSet, whose anti-affinity is `soft` unless the values say `hard`. */
function haAvailability(release: Release): Database["availability"] {
  return {
    instances: number(release, 3, "postgresql", "replicaCount"),
    spread: map(text(release, "soft", "postgresql", "podAntiAffinityPreset"), (preset) => preset === "hard"),
    synchronous: map(reading(or(release.value("postgresql", "syncReplication"), false), "values"), (on) => on === true),
  };
}

/** As far as the values name it; the chart's own default is a tag, and moves with the chart. */
function image(release: Release): ImageUse {
  const at = isHa(release) ? ["postgresql", "image"] : ["image"];
  const path = ["values", ...at].join(".");
  const parts = ["registry", "repository", "tag", "digest"].map((key) => or(release.value(...at, key), undefined));
  if (parts.includes(UNKNOWN)) return { path, image: { state: "unknown", path } };
  const [registry = "docker.io", repository = "bitnami/postgresql", tag, digest] = parts;
  if (tag === undefined && digest === undefined) return { path, image: ABSENT };
  const name = `${registry}/${repository}${tag === undefined ? "" : `:${tag}`}`;
  return { path, image: known(digest === undefined ? name : `${name}@${digest}`) };
}

/** The CronJob of the chart. Whether there is one may be unknown; then what it runs is, too. */
export function bitnamiResources(release: Release): PolicyResource[] {
  const enabled = or(release.value("backup", "enabled"), false);
  if (enabled !== true && enabled !== UNKNOWN) return [];
  const job = (key: string, otherwise?: unknown) => or(release.value("backup", "cronjob", key), otherwise);
  const server = serverName(release);
  const name = typeof server === "string" ? `${server}-pgdumpall` : UNKNOWN;
  const { image: used } = image(release);
  const extra = readList({ env: job("extraEnvVars") }, "env");
  const container = {
    name: "pgdumpall",
    image: used.state === "known" ? used.value : used.state === "unknown" ? UNKNOWN : undefined,
    env: [{ name: "PGHOST", value: server }, ...extra],
    command: enabled === UNKNOWN ? UNKNOWN : job("command", ["/bin/bash", "-c", "pg_dumpall"]),
  };
  const claim = or(release.value("backup", "cronjob", "storage", "existingClaim"), name);
  const pod = {
    containers: [container],
    volumes: [
      { name: "datadir", persistentVolumeClaim: { claimName: claim } },
      ...readList({ v: job("extraVolumes") }, "v"),
    ],
  };
  const spec = {
    schedule: job("schedule", "@daily"),
    timeZone: job("timezone"),
    concurrencyPolicy: job("concurrencyPolicy", "Allow"),
    failedJobsHistoryLimit: job("failedJobsHistoryLimit", 1),
    successfulJobsHistoryLimit: job("successfulJobsHistoryLimit", 3),
    startingDeadlineSeconds: job("startingDeadlineSeconds"),
    jobTemplate: { spec: { ttlSecondsAfterFinished: job("ttlSecondsAfterFinished"), template: { spec: pod } } },
  };
  return [rendered(release, "kubernetes:batch/v1:CronJob", name, { spec })];
}
