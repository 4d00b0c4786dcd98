import type { PolicyResource } from "@pulumi/policy";
import { hasUnknown, readPartly, UNKNOWN } from "./known";

/** A backup that was declared without this library. What it runs is described, never quoted: arguments hold secrets. */
export interface ForeignBackup {
  urn: string;
  name: string;
  /** Such as `a CronJob that runs pg_dump`. */
  what: string;
  /** False when a value that decides it is unknown at preview. */
  certain: boolean;
}

type Recognizer = (resource: PolicyResource) => Pick<ForeignBackup, "what" | "certain"> | undefined;

/** One function per way to declare a backup. A resource is the first thing that one of them takes it for. */
const RECOGNIZERS: Recognizer[] = [cloudNativePgScheduledBackup, jobThatDumps];

export function recognize(resource: PolicyResource): ForeignBackup | undefined {
  for (const recognizer of RECOGNIZERS) {
    const found = recognizer(resource);
    if (found) return { urn: resource.urn, name: resource.name, ...found };
  }
  return undefined;
}

function cloudNativePgScheduledBackup({ type }: PolicyResource): ReturnType<Recognizer> {
  if (!/^kubernetes:postgresql\.cnpg\.io\/[^:]+:ScheduledBackup(Patch)?$/.test(type)) return undefined;
  return { what: "a CloudNativePG ScheduledBackup", certain: true };
}

const JOB = /^kubernetes:batch\/v1(?:beta1)?:(CronJob|Job)(?:Patch)?$/;
const POD: Record<string, string[]> = {
  CronJob: ["spec", "jobTemplate", "spec", "template", "spec"],
  Job: ["spec", "template", "spec"],
};
const DUMP_COMMAND = /(?<![\w-])(pg_dumpall|pg_dump|pg_basebackup)(?![\w-])/;
const DUMP_IMAGE = /pg[_-]?dump|pg[_-]?basebackup|postgres(?:ql)?-backup|pg-?backup/i;
/** What makes a command that is unknown at preview worth asking about. */
const HINT = /postgres|pgsql|(?<![a-z])pg(?![a-z])|PGHOST|PGPASSWORD|PGDATABASE|PGUSER|backup|dump/i;

function jobThatDumps(resource: PolicyResource): ReturnType<Recognizer> {
  const kind = JOB.exec(resource.type)?.[1];
  if (!kind) return undefined;
  const pod = readPartly(resource.props, ...(POD[kind] ?? []));
  if (pod === UNKNOWN) return { what: `a ${kind} whose pod is unknown at preview`, certain: false };
  const containers = [...list(pod, "initContainers"), ...list(pod, "containers")];
  for (const container of containers) {
    const texts = [...strings(part(container, "command")), ...strings(part(container, "args"))];
    const command = texts.map((text) => DUMP_COMMAND.exec(text)?.[1]).find(Boolean);
    if (command) return { what: `a ${kind} that runs ${command}`, certain: true };
    const image = part(container, "image");
    if (typeof image === "string" && DUMP_IMAGE.test(image))
      return { what: `a ${kind} that runs a backup image`, certain: true };
  }
  const named = [resource.name, ...strings(readPartly(resource.props, "metadata", "name"))];
  for (const container of containers) {
    const command = [part(container, "command"), part(container, "args")];
    if (container !== UNKNOWN && !command.some(hasUnknown)) continue;
    const clues = [...named, ...strings(part(container, "name")), ...strings(part(container, "image"))];
    clues.push(...strings(command), ...list(container, "env").flatMap((variable) => strings(part(variable, "name"))));
    if (container === UNKNOWN || part(container, "image") === UNKNOWN || clues.some((clue) => HINT.test(clue)))
      return { what: `a ${kind} whose command is unknown at preview and that may be a backup`, certain: false };
  }
  return undefined;
}

function part(owner: unknown, key: string): unknown {
  return typeof owner === "object" && owner !== null ? (owner as Record<string, unknown>)[key] : undefined;
}

/** The elements at `key`; a list that is unknown as a whole counts as one unknown element. */
function list(owner: unknown, key: string): unknown[] {
  const value = part(owner, key);
  if (value === UNKNOWN) return [UNKNOWN];
  return Array.isArray(value) ? value : [];
}

/** Every string in `value`, however deep. */
function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(strings);
}
