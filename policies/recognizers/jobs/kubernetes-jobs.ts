import type { PolicyResource } from "@pulumi/policy";
import { TYPE_TOKENS } from "../../../model/descriptor";
import { ABSENT, known, readBoolean, readList, readNumber, readPartly, readString, UNKNOWN } from "../../known";
import type { Backup, JobBounds, PlainText, Schedule, Store } from "../../stack/facts";
import type { Recognizer } from "../../stack/recognizer";
import { kubernetesKind, kubernetesNamespace, kubernetesServer, type StackView, serverText } from "../../stack/view";
import { keptInBucket } from "../shared/bucket-retention";
import { type JobWords, wordsOf } from "../shared/commands";
import { containersOf, plainTextOf, podImages, podPlainText } from "../shared/containers";
import { stringsIn } from "../shared/dump-words";
import { databasesOf, serverNamedBy } from "./databases";
import { type Found, recognizeJob, recognizeService, uncertain } from "./programs";
import { retentionOf } from "./retention";
import { type Script, scriptsOf } from "./scripts";
import { storesOf } from "./stores";

/**
 * Raw CronJobs and Jobs that take backups, and Deployments and StatefulSets that do so by a clock of their own: by the
 * command they run, in a shell line or a script too, or by an image made for it. What they run is described, never
 * quoted: arguments hold secrets.
 */
export const kubernetesJobs: Recognizer = {
  types: /^kubernetes:(batch\/v1(?:beta1)?:(CronJob|Job)|apps\/v1:(Deployment|StatefulSet))(?:Patch)?$/,
  backups: (resource, view) => {
    const kind = kubernetesKind(resource.type)?.kind as Kind | undefined;
    if (!kind || isOurs(resource, view)) return [];
    const pod = readPartly(resource.props, ...podOf(kind));
    const scripts = scriptsOf(pod, resource, view);
    const found = recognize(resource, kind, pod, scripts);
    return found ? [backup(resource, kind, found, pod, scripts, view)] : [];
  },
};

/** The components that make Jobs. What somebody puts below another component of ours is his own. */
const MAKERS: string[] = [TYPE_TOKENS.backup, TYPE_TOKENS.retention, TYPE_TOKENS.drill];

function isOurs(resource: PolicyResource, view: StackView): boolean {
  const component = view.componentOf(resource);
  return component !== undefined && MAKERS.includes(component.type);
}

type Kind = JobBounds["kind"] | "Deployment" | "StatefulSet";

/** Where the specification of the pods' owner stands. */
const SPEC: Record<Kind, string[]> = {
  CronJob: ["spec", "jobTemplate", "spec"],
  Job: ["spec"],
  Deployment: ["spec"],
  StatefulSet: ["spec"],
};
const podOf = (kind: Kind) => [...SPEC[kind], "template", "spec"];

function recognize(resource: PolicyResource, kind: Kind, pod: unknown, scripts: Script[]): Found | undefined {
  const running = asContainers(scripts, pod);
  // What a service runs first, such as a migration, is not what it does all the time.
  if (kind === "Deployment" || kind === "StatefulSet")
    return recognizeService([...readList(pod, "containers"), ...running], `a ${kind}`);
  if (pod === UNKNOWN) return uncertain(`a ${kind} whose pod is unknown at preview`);
  const named = [resource.name, ...stringsIn(readPartly(resource.props, "metadata", "name"))];
  return recognizeJob([...containersOf(pod), ...running], `a ${kind}`, named);
}

/** Scripts as if each were a container's command, with the variables of those that run it. */
function asContainers(scripts: Script[], pod: unknown): unknown[] {
  const env = containersOf(pod).flatMap((container) => readList(container, "env"));
  return scripts.map(({ name, text }) => ({ name, args: [text], env }));
}

function backup(
  resource: PolicyResource,
  kind: Kind,
  found: Found,
  pod: unknown,
  scripts: Script[],
  view: StackView,
): Backup {
  const at = podOf(kind).join(".");
  const words = wordsOf([...containersOf(pod), ...asContainers(scripts, pod)]);
  const namespace = kubernetesNamespace(resource);
  const stores = storesOf(words, pod, resource, view);
  const databases = databasesOf(words, namespace, resource, view);
  const server = databases.length > 0 ? onlyOne(databases)?.id : serverNamedBy(words, namespace, view);
  return {
    urn: resource.urn,
    name: resource.name,
    what: found.what,
    origin: "foreign",
    id: `${serverText(server ?? kubernetesServer(resource))} (${kind} ${resource.name})`,
    server,
    database: ABSENT,
    databaseUrns: databases.map(({ urn }) => urn),
    method: found.method,
    certain: found.certain,
    schedules: kind === "CronJob" ? schedulesOf(resource) : ownClock(words, kind),
    continuous: known(false),
    deadlineSeconds: readNumber(resource.props, ...SPEC[kind], "activeDeadlineSeconds"),
    retention: keptFor(words, stores, view),
    stores,
    ...(kind === "CronJob" || kind === "Job" ? { job: boundsOf(resource, kind) } : {}),
    images: podImages(pod, at),
    plainText: [...podPlainText(pod, at), ...scripts.flatMap(scriptPlainText)],
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

function scriptPlainText({ at, text }: Script): PlainText[] {
  return plainTextOf([{ args: [text] }], "").length > 0 ? [{ path: at }] : [];
}

/** The schedule that backup images read from a variable. A Job runs once, whatever is in it. */
function ownClock({ variables }: JobWords, kind: Kind): Schedule[] {
  if (kind === "Job") return [];
  const clock = variables.find(({ name }) => /^(BACKUP_|CRON_)?SCHEDULE$|^(BACKUP_)?CRON(_EXPRESSION)?$/.test(name));
  const timeZone = variables.find(({ name }) => name === "TZ");
  return clock ? [{ expression: clock.value, fields: "any", timeZone: timeZone?.value ?? ABSENT }] : [];
}

function schedulesOf(resource: PolicyResource): Schedule[] {
  // A suspended CronJob makes no backups until somebody wakes it up.
  const suspended = readBoolean(resource.props, "spec", "suspend");
  if (suspended.state === "known" && suspended.value) return [];
  const expression = readString(resource.props, "spec", "schedule");
  return [{ expression, fields: "cronjob", timeZone: readString(resource.props, "spec", "timeZone") }];
}

function boundsOf({ props }: PolicyResource, kind: JobBounds["kind"]): JobBounds {
  const job = SPEC[kind];
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
