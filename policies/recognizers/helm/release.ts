import type { PolicyResource } from "@pulumi/policy";
import {
  ABSENT,
  hasUnknown,
  known,
  type Reading,
  readKeys,
  readPartly,
  readString,
  UNKNOWN,
  unknown,
} from "../../known";
import type { Backup, Database, PlainText, Schedule } from "../../stack/facts";
import type { Recognizer } from "../../stack/recognizer";
import { StackView } from "../../stack/view";
import { cloudNativePg } from "../cloudnative-pg/cloudnative-pg";
import { crunchyPgo } from "../crunchy-pgo/crunchy-pgo";
import { kubernetesJobs } from "../jobs/kubernetes-jobs";
import { unknownStore } from "../shared/backup-stores";
import { databasesNamedIn } from "../shared/covered-databases";
import { dumpProgram, stringsIn } from "../shared/dump-words";
import { foreignBackup } from "../shared/foreign-backup";
import { clusterDatabase } from "../shared/operator-cluster";
import { stackGres } from "../stackgres/stackgres";
import { velero } from "../velero/velero";
import { bitnamiDatabase, bitnamiResources, isBitnami } from "./bitnami";
import { type Release, releaseOf } from "./chart";
import {
  cloudNativePgResources,
  cloudNativePgSecrets,
  crunchyResources,
  crunchySecrets,
  isCloudNativePgCluster,
  isCrunchyCluster,
  stackGresResources,
} from "./operators";
import { veleroSchedules } from "./velero";

/**
 * Helm Releases, whose templates no preview shows. Of charts that are known, what they make of their values is laid before
 * the recognizers of what they make; of any other, the values are searched for a program that dumps PostgreSQL. Helm's
 * Chart components need none of this: what they render is in the stack.
 */
export const helmRelease: Recognizer = {
  types: /^kubernetes:helm\.sh\/v3:Release$/,
  databases: (resource, view) => {
    const release = releaseOf(resource);
    return release ? (chartOf(release)?.databases(release, view) ?? []) : [];
  },
  backups: (resource, view) => {
    const release = releaseOf(resource);
    return release ? (chartOf(release)?.backups(release, view) ?? searched(release, view)) : [];
  },
};

interface Chart {
  databases(release: Release, view: StackView): Database[];
  backups(release: Release, view: StackView): Backup[];
}

/** What makes what the known charts make of their values. */
const MADE: Recognizer[] = [cloudNativePg, crunchyPgo, stackGres, velero, kubernetesJobs];

function chartOf(release: Release): Chart | undefined {
  if (isBitnami(release)) return { databases: bitnamiDatabase, backups: made(bitnamiResources).backups };
  if (isCloudNativePgCluster(release)) return made(cloudNativePgResources, cloudNativePgSecrets);
  if (isCrunchyCluster(release)) return made(crunchyResources, crunchySecrets);
  if (release.chart === "stackgres-cluster") return made(stackGresResources);
  if (release.chart === "velero") return made(veleroSchedules);
  return /^(postgres|postgresql)$/.test(release.chart) ? { databases: otherServer, backups: searched } : undefined;
}

/** A chart of which the recognizers of `render`'s resources tell. */
function made(
  render: (release: Release) => PolicyResource[],
  secrets: (release: Release) => PlainText[] = () => [],
): Chart {
  const facts = <F extends Database | Backup>(
    release: Release,
    view: StackView,
    of: (recognizer: Recognizer) => ((resource: PolicyResource, view: StackView) => F[]) | undefined,
  ): F[] => {
    const resources = render(release);
    const inner = new StackView([...view.resources, ...resources]);
    Object.assign(inner, { databases: view.databases, buckets: view.buckets, backups: view.backups });
    return resources
      .flatMap((resource) =>
        MADE.filter(({ types }) => types.test(resource.type)).flatMap(
          (recognizer) => of(recognizer)?.(resource, inner) ?? [],
        ),
      )
      .map((fact) => ({ ...fact, what: `${fact.what} of a Helm Release` }));
  };
  return {
    databases: (release, view) =>
      facts(release, view, ({ databases }) => databases).map((database) => ({
        ...database,
        plainText: [...database.plainText, ...secrets(release)],
      })),
    backups: (release, view) => facts(release, view, ({ backups }) => backups),
  };
}

/** A server by a chart of which nothing else is known. */
function otherServer(release: Release, view: StackView): Database[] {
  const database = clusterDatabase(release.resource, view, {
    what: `a Helm Release of the chart ${release.chart}`,
    product: "Helm chart",
    id: {
      namespace: readString({ namespace: release.namespace }, "namespace"),
      name: readString({ name: release.name }, "name"),
    },
    availability: { instances: ABSENT, spread: ABSENT, synchronous: ABSENT },
    dropsWal: known(false),
  });
  return [database];
}

/** Charts that are there for nothing else. */
const BACKUP_CHART = /pg[_-]?dump|postgres(ql)?[_-]?(s3[_-]?)?backup|pg[_-]?backup/i;

/** A backup, if the chart's name or its values say so. Unknown values alone do not: any release has them. */
function searched(release: Release, view: StackView): Backup[] {
  const values = readPartly(release.resource.props, "values");
  const program = dumpProgram(values);
  if (program === undefined && !BACKUP_CHART.test(release.chart)) return [];
  const expression = scheduleIn(values);
  const schedule: Schedule = { expression, fields: "any", timeZone: ABSENT };
  const own = view.databases.filter(({ urn }) => urn === release.resource.urn);
  const databases = own.length > 0 ? own : databasesNamedIn(stringsIn(values), view);
  return [
    foreignBackup(release.resource, `Helm Release ${release.resource.name}`, databases, view, {
      what: program === undefined ? "a Helm Release of a backup chart" : `a Helm Release whose values run ${program}`,
      method: "logical",
      certain: program !== undefined || !hasUnknown(values),
      schedules: expression.state === "absent" ? [] : [schedule],
      retention: { count: ABSENT, seconds: ABSENT, elsewhere: false },
      stores: [unknownStore("where the chart's job writes")],
    }),
  ];
}

/** The first value whose name is that of a schedule. */
function scheduleIn(values: unknown): Reading<string> {
  if (values === UNKNOWN) return unknown("values");
  for (const key of readKeys(values)) {
    const value = readPartly(values, key);
    if (/^(schedule|cron|cronSchedule|cronjobSchedule)$/i.test(key)) {
      const found = readString(values, key);
      if (found.state !== "absent") return found;
    }
    const inner = scheduleIn(value === UNKNOWN ? undefined : value);
    if (inner.state !== "absent") return inner;
  }
  return ABSENT;
}
