import type { PolicyResource } from "@pulumi/policy";
import { isAsExpected } from "../../children/compare";
import { expectedOf } from "../../children/described";
import { ABSENT, known, readNumber, readPartly, readString, UNKNOWN } from "../../known";
import { makerOf } from "../../stack/authorship";
import type { Backup, JobBounds, PlainText, Store } from "../../stack/facts";
import type { Recognizer } from "../../stack/recognizer";
import { kubernetesNamespace, kubernetesServer, type StackView, serverText } from "../../stack/view";
import { keptInBucket } from "../shared/bucket-retention";
import { type JobWords, wordsOf } from "../shared/commands";
import { containersOf, plainTextOf, podImages, podPlainText } from "../shared/containers";
import { databasesNear } from "../shared/covered-databases";
import { stringsIn } from "../shared/dump-words";
import { type Held, POD_HOLDERS, podsHeldBy } from "../shared/pod-holders";
import { holdsDatabaseFiles } from "./database-files";
import { databasesOf, serverNamedBy } from "./databases";
import { type Followed, followed, sidecarsOf } from "./followed";
import type { MountedFile } from "./mounts";
import { type Found, recognizeJob, recognizeService, uncertain } from "./programs";
import { retentionOf } from "./retention";
import { clocksOf, idleness } from "./runs-when";
import { storesOf } from "./stores";
import { veleroHook } from "./velero-hook";

/**
 * Whatever runs pods and takes backups with them, once, by a schedule or by a clock of its own: by the command that it
 * runs, in a shell line or a script too, or by an image made for it. What it runs is described, never quoted: arguments
 * hold secrets.
 */
export const kubernetesJobs: Recognizer = {
  types: POD_HOLDERS,
  backups: (resource, view) => {
    const found = podsHeldBy(resource).flatMap((held): Recognized[] => {
      if (isOurs(resource, held)) return [];
      const containers = followedIn(held, resource, view);
      const what = recognize(resource, held, containers, view) ?? veleroHook(held, view);
      return what ? [{ held, containers, what }] : [];
    });
    // Several pods of one resource are one backup: what is certain of them speaks for it.
    const [first] = found.toSorted((a, b) => Number(b.what.certain) - Number(a.what.certain));
    return first ? [backup(resource, first, found, view)] : [];
  },
};

interface Recognized {
  held: Held;
  containers: Followed[];
  what: Found;
}

/**
 * What one of our components made, and runs exactly what its descriptor says. Whatever else stands below one is judged as
 * if it stood alone.
 */
function isOurs(resource: PolicyResource, { kind, pod }: Held): boolean {
  const maker = makerOf(resource);
  const expected = maker && expectedOf(maker);
  const containers = kind === "Deployment" ? expected?.deployment : expected?.containers;
  return containers !== undefined && isAsExpected(containers, pod);
}

/** What a service runs first, such as a migration, is not what it does all the time. */
function followedIn({ pod, runs }: Held, resource: PolicyResource, view: StackView): Followed[] {
  const containers =
    runs === "job"
      ? containersOf(pod)
      : [...sidecarsOf(pod), ...containersOf({ containers: readPartly(pod, "containers") })];
  return followed(containers, pod, resource, view);
}

function recognize(
  resource: PolicyResource,
  { what: kind, runs, pod }: Held,
  containers: Followed[],
  view: StackView,
): Found | undefined {
  const around = {
    kind,
    named: [resource.name, ...stringsIn(readPartly(resource.props, "metadata", "name"))],
    near: databasesNear(kubernetesNamespace(resource), view),
    hasFiles: (container: unknown) => holdsDatabaseFiles(container, pod, resource, view),
  };
  if (runs === "service") return recognizeService(containers, around);
  if (pod === UNKNOWN) return uncertain(`${kind} whose pod is unknown at preview`);
  return recognizeJob(containers, around);
}

/** Scripts as if each were a container's command, with the variables of those that run it. */
function asContainers(containers: Followed[]): unknown[] {
  return containers.flatMap(({ container, runs }) => {
    const env = readPartly(container, "env");
    return runs.scripts.map(({ name, text }) => ({ name, args: [text], env }));
  });
}

function backup(resource: PolicyResource, first: Recognized, all: Recognized[], view: StackView): Backup {
  const { held, what } = first;
  const { kind } = held;
  const words = wordsOf(
    all.flatMap(({ held: { pod }, containers }) => [...containersOf(pod), ...asContainers(containers)]),
  );
  const namespace = kubernetesNamespace(resource);
  const stores = all.flatMap(({ held: { pod } }) => storesOf(words, pod, resource, view));
  const databases = databasesOf(words, namespace, resource, view);
  const server = databases.length > 0 ? onlyOne(databases)?.id : serverNamedBy(words, namespace, view);
  const idle = idleness(resource, kind);
  const doesNotCount = idle.state === "known" ? idle.value : what.doesNotCount;
  return {
    urn: resource.urn,
    name: resource.name,
    what: what.what,
    origin: "foreign",
    id: `${serverText(server ?? kubernetesServer(resource))} (${kind} ${resource.name})`,
    server,
    database: ABSENT,
    databaseUrns: databases.map(({ urn }) => urn),
    method: what.method,
    certain: what.certain && idle.state !== "unknown",
    ...(doesNotCount === undefined ? {} : { doesNotCount }),
    schedules: clocksOf(resource, kind, { words, containers: all.flatMap(({ containers }) => containers), idle }, view),
    continuous: known(false),
    deadlineSeconds: readNumber(resource.props, ...(kind === "CronJob" ? JOB : ["spec"]), "activeDeadlineSeconds"),
    retention: keptFor(words, stores, view),
    stores: [...new Map(stores.map((store) => [JSON.stringify(store), store])).values()],
    ...(kind === "CronJob" || kind === "Job" ? { job: boundsOf(resource, kind) } : {}),
    images: all.flatMap(({ held: { pod, at } }) => podImages(pod, at)),
    plainText: all.flatMap(({ held: { pod, at }, containers }) => [
      ...podPlainText(pod, at),
      ...containers.flatMap(({ runs }) => runs.scripts.flatMap(scriptPlainText)),
    ]),
  };
}

const onlyOne = <T>(all: T[]) => (all.length === 1 ? all[0] : undefined);

/** What the job itself keeps, or the lifecycle of its bucket; of a bucket that this stack does not declare, others rule. */
function keptFor(words: JobWords, stores: Store[], view: StackView): Backup["retention"] {
  const kept = keptInBucket(retentionOf(words), stores, view);
  const said = kept.count.state !== "absent" || kept.seconds.state !== "absent";
  return said ? kept : { ...kept, elsewhere: kept.elsewhere || stores.some(({ kind }) => OBJECTS.includes(kind)) };
}

const OBJECTS: Store["kind"][] = ["s3", "gcs", "azure"];

/** A Secret is where credentials belong. */
function scriptPlainText({ at, text }: MountedFile): PlainText[] {
  if (/ of the Secret /.test(at)) return [];
  return plainTextOf([{ args: [text] }], "").length > 0 ? [{ path: at }] : [];
}

const JOB = ["spec", "jobTemplate", "spec"];

function boundsOf({ props }: PolicyResource, kind: JobBounds["kind"]): JobBounds {
  const job = kind === "CronJob" ? JOB : ["spec"];
  return {
    kind,
    concurrencyPolicy: readString(props, "spec", "concurrencyPolicy"),
    startingDeadlineSeconds: readNumber(props, "spec", "startingDeadlineSeconds"),
    activeDeadlineSeconds: readNumber(props, ...job, "activeDeadlineSeconds"),
    backoffLimit: readNumber(props, ...job, "backoffLimit"),
    successfulJobsHistoryLimit: readNumber(props, "spec", "successfulJobsHistoryLimit"),
    failedJobsHistoryLimit: readNumber(props, "spec", "failedJobsHistoryLimit"),
    ttlSecondsAfterFinished: readNumber(props, ...job, "ttlSecondsAfterFinished"),
    timeZone: readString(props, "spec", "timeZone"),
  };
}
