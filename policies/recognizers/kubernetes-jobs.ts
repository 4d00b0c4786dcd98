import type { PolicyResource } from "@pulumi/policy";
import { TYPE_TOKENS } from "../../model/descriptor";
import {
  ABSENT,
  hasUnknown,
  known,
  readBoolean,
  readList,
  readNumber,
  readPartly,
  readString,
  UNKNOWN,
} from "../known";
import type { Backup, JobBounds, Schedule } from "../stack/facts";
import type { Recognizer } from "../stack/recognizer";
import { kubernetesKind, kubernetesNamespace, kubernetesServer, type StackView, serverText } from "../stack/view";
import { keptInBucket } from "./bucket-retention";
import { isTooLong, saysAfter, wordsOf } from "./commands";
import { containersOf, podImages, podPlainText } from "./containers";
import { stringsIn } from "./dump-words";
import { databasesOf } from "./job-databases";
import { retentionOf } from "./job-retention";
import { storesOf } from "./job-stores";

/**
 * Raw CronJobs and Jobs that take backups: by the command they run, in a shell line too, or by an image made for it.
 * What they run is described, never quoted: arguments hold secrets.
 */
export const kubernetesJobs: Recognizer = {
  types: /^kubernetes:batch\/v1(?:beta1)?:(CronJob|Job)(?:Patch)?$/,
  backups: (resource, view) => {
    const kind = kubernetesKind(resource.type)?.kind === "CronJob" ? "CronJob" : "Job";
    const found = isOurs(resource, view) ? undefined : recognize(resource, kind);
    return found ? [backup(resource, kind, found, view)] : [];
  },
};

/** The components that make Jobs. What somebody puts below another component of ours is his own. */
const MAKERS: string[] = [TYPE_TOKENS.backup, TYPE_TOKENS.drill];

function isOurs(resource: PolicyResource, view: StackView): boolean {
  const component = view.componentOf(resource);
  return component !== undefined && MAKERS.includes(component.type);
}

type Kind = JobBounds["kind"];

interface Found {
  what: string;
  certain: boolean;
  method: Backup["method"];
}

const SPEC: Record<Kind, string[]> = { CronJob: ["spec", "jobTemplate", "spec"], Job: ["spec"] };
const podOf = (kind: Kind) => [...SPEC[kind], "template", "spec"];

/** A word of a command by itself: not a part of another, of an option, or of a path. */
const word = (text: string) => new RegExp(`(?<=^|[\\s"'])(${text})(?=$|[\\s"')])`);
const ALWAYS = /^/;
/** Programs that take backups, each by its name and by the word that makes it do so: `pgbackrest info` takes none. */
const COMMANDS: [RegExp, RegExp, string, Backup["method"]][] = [
  [/(?<![\w-])pg_dumpall(?![\w-])/, ALWAYS, "pg_dumpall", "logical"],
  [/(?<![\w-])pg_dump(?![\w-])/, ALWAYS, "pg_dump", "logical"],
  [/(?<![\w-])pg_basebackup(?![\w-])/, ALWAYS, "pg_basebackup", "physical"],
  [/(?<![\w-])pgbackrest(?![\w-])/, word("backup"), "pgbackrest", "physical"],
  [/(?<![\w-])wal-[eg](?![\w-])/, word("backup-push"), "WAL-G", "physical"],
  [/(?<![\w-])barman-cloud-backup(?![\w-])/, ALWAYS, "barman", "physical"],
  [/(?<![\w-])barman(?![\w-])/, word("backup"), "barman", "physical"],
  [/(?<![\w-])pg_probackup(?![\w-])/, word("backup"), "pg_probackup", "physical"],
  [/(?<![\w-])pg_rman(?![\w-])/, word("backup"), "pg_rman", "physical"],
];
const IMAGE = /pg[_-]?dump|pg[_-]?basebackup|postgres(?:ql)?[_-]?backup|pg[_-]?backup|pgbackrest|wal-g|barman/i;
/** What makes a command that is unknown at preview worth asking about. */
const HINT =
  /postgres|pgsql|(?<![a-z])pg(?![a-z])|PGHOST|PGPASSWORD|PGDATABASE|PGUSER|backup|dump|pgbackrest|wal-[eg]|barman/i;

function recognize(resource: PolicyResource, kind: Kind): Found | undefined {
  const pod = readPartly(resource.props, ...podOf(kind));
  if (pod === UNKNOWN) return uncertain(`a ${kind} whose pod is unknown at preview`);
  const containers = containersOf(pod);
  const commands = containers.flatMap((container) => wordsOf([container]).commands);
  const program = COMMANDS.find(([name, how]) => commands.some((command) => saysAfter(command, name, how)));
  if (program) return { what: `a ${kind} that runs ${program[2]}`, certain: true, method: program[3] };
  if (containers.some(isBackupImage))
    return { what: `a ${kind} that runs a backup image`, certain: true, method: "unknown" };
  if (containers.some(isTooLong)) return uncertain(`a ${kind} whose command is too long to be read`);
  const named = [resource.name, ...stringsIn(readPartly(resource.props, "metadata", "name"))];
  const doubtful =
    containers.some((container) => mayBackUp(container, named)) ||
    COMMANDS.some(([name]) => commands.some((command) => hidesItsWord(command, name)));
  return doubtful ? uncertain(`a ${kind} whose command is unknown at preview and that may be a backup`) : undefined;
}

/** Whether what makes `program` take a backup may be in a variable that nobody knows: no other word says what it does. */
function hidesItsWord(command: string, program: RegExp): boolean {
  const found = program.exec(command);
  if (!found) return false;
  const rest = command.slice(found.index + found[0].length);
  const words = rest.replace(/(?<=\s)--?[\w-]+(=\S*|\s+[^\s-]\S*)?/g, " ").split(/[\s"']+/);
  return /(?<=^|[\s"'])\$[\w({@*]/.test(rest) && !words.some((text) => /^[a-z]/i.test(text));
}

const uncertain = (what: string): Found => ({ what, certain: false, method: "unknown" });

/** An image with a command of its own does what the command says: a check or a listing in a backup image is no backup. */
function isBackupImage(container: unknown): boolean {
  const image = readPartly(container, "image");
  if (typeof image !== "string" || !IMAGE.test(image) || readList(container, "command").length > 0) return false;
  // Arguments that name the program are its whole command.
  return !wordsOf([container]).commands.some((command) => COMMANDS.some(([name]) => name.test(command)));
}

/** Whether a container, of whose command or image something is unknown, looks like one that takes backups. */
function mayBackUp(container: unknown, named: string[]): boolean {
  if (container === UNKNOWN) return true;
  const image = readPartly(container, "image");
  const command = ["command", "args"].map((key) => readPartly(container, key));
  if (!hasUnknown(command) && image !== UNKNOWN) return false;
  // Nothing is known of what it runs.
  const says = command.some((part) => part !== undefined && part !== UNKNOWN);
  if (image === UNKNOWN && !says) return true;
  const variables = readList(container, "env").flatMap((variable) => stringsIn(readPartly(variable, "name")));
  const own = [readPartly(container, "name"), image, command].flatMap((value) => stringsIn(value));
  return [...named, ...own, ...variables].some((clue) => HINT.test(clue));
}

function backup(resource: PolicyResource, kind: Kind, found: Found, view: StackView): Backup {
  const pod = readPartly(resource.props, ...podOf(kind));
  const at = podOf(kind).join(".");
  const words = wordsOf(containersOf(pod));
  const stores = storesOf(words, pod, resource, view);
  const databases = databasesOf(words, kubernetesNamespace(resource), resource, view);
  const only = databases.length === 1 ? databases[0] : undefined;
  return {
    urn: resource.urn,
    name: resource.name,
    what: found.what,
    origin: "foreign",
    id: `${serverText(only?.id ?? kubernetesServer(resource))} (${kind} ${resource.name})`,
    server: only?.id,
    database: ABSENT,
    databaseUrns: databases.map(({ urn }) => urn),
    method: found.method,
    certain: found.certain,
    schedules: kind === "CronJob" ? schedulesOf(resource) : [],
    continuous: known(false),
    deadlineSeconds: readNumber(resource.props, ...SPEC[kind], "activeDeadlineSeconds"),
    retention: keptInBucket(retentionOf(words), stores, view),
    stores,
    job: boundsOf(resource, kind),
    images: podImages(pod, at),
    plainText: podPlainText(pod, at),
  };
}

function schedulesOf(resource: PolicyResource): Schedule[] {
  // A suspended CronJob makes no backups until somebody wakes it up.
  const suspended = readBoolean(resource.props, "spec", "suspend");
  if (suspended.state === "known" && suspended.value) return [];
  const expression = readString(resource.props, "spec", "schedule");
  return [{ expression, fields: "any", timeZone: readString(resource.props, "spec", "timeZone") }];
}

function boundsOf({ props }: PolicyResource, kind: Kind): JobBounds {
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
