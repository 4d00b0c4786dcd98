import { oneLine } from "../../model/text";
import { hasUnknown, readKeys, readList, readPartly, UNKNOWN } from "../known";
import { containersOf } from "../recognizers/shared/containers";
import type { Expected, ExpectedContainer } from "./expected";
import type { Children } from "./read";

/** What is otherwise than the descriptor says, and what of it a preview does not know. */
export interface Differences {
  wrong: string[];
  unknown: string[];
}

export function differencesOf(expected: Expected, children: Children): Differences {
  const found: Differences = { wrong: [], unknown: [] };
  if (children.cronJob === undefined) return { ...found, wrong: ["it declares no CronJob"] };
  schedule(expected, children.cronJob, found);
  for (const { at, spec } of children.pods) pod(expected.containers, at, spec, found);
  for (const { at, spec } of children.deployments) pod(expected.deployment ?? {}, at, spec, found);
  config(expected.config, children.config, found);
  return found;
}

function schedule({ schedule: when, timeZone, suspend }: Expected, spec: unknown, found: Differences): void {
  const at = (field: string) => `the CronJob's ${field}`;
  if (when !== undefined) same(at("schedule"), when, readPartly(spec, "schedule"), found);
  if (timeZone !== undefined) same(at("timeZone"), timeZone, readPartly(spec, "timeZone"), found);
  same(at("suspend"), suspend, readPartly(spec, "suspend") ?? false, found);
}

/** Whether the pod is, for all that is known, exactly what is expected of it. */
export function isAsExpected(expected: Record<string, ExpectedContainer>, spec: unknown): boolean {
  const found: Differences = { wrong: [], unknown: [] };
  pod(expected, "", spec, found);
  return found.wrong.length === 0 && found.unknown.length === 0;
}

function pod(expected: Record<string, ExpectedContainer>, at: string, spec: unknown, found: Differences): void {
  if (spec === UNKNOWN) {
    found.unknown.push(`the pod of ${at}`);
    return;
  }
  const seen = new Set<string>();
  for (const one of containersOf(spec)) {
    const name = readPartly(one, "name");
    if (one === UNKNOWN || name === UNKNOWN) {
      found.unknown.push(`a container of ${at}`);
      continue;
    }
    const wanted = Object.hasOwn(expected, String(name)) ? expected[String(name)] : undefined;
    if (!wanted) found.wrong.push(`${at} has a container ${text(name)}, which has no place there`);
    else container(wanted, `${at}'s container ${String(name)}`, one, found);
    seen.add(String(name));
  }
  for (const [name, { optional }] of Object.entries(expected))
    if (!optional && !seen.has(name)) found.wrong.push(`${at} has no container ${name}`);
}

function container({ image, command, args }: ExpectedContainer, at: string, one: unknown, found: Differences): void {
  same(`${at}: image`, image, readPartly(one, "image"), found);
  // Not what they are: there may be a password in them.
  sameUnseen(`${at}: command`, command, given(readPartly(one, "command")), found);
  sameUnseen(`${at}: args`, args, given(readPartly(one, "args")), found);
  for (const mount of readList(one, "volumeMounts")) {
    const path = readPartly(mount, "mountPath");
    if (path === UNKNOWN) found.unknown.push(`a mount of ${at}`);
    else if (typeof path === "string" && OVER_PROGRAMS.test(path))
      found.wrong.push(`${at} has something mounted at ${text(path)}, where its programs are`);
  }
  if (readList(one, "envFrom").length > 0) found.wrong.push(`${at} takes its environment from elsewhere (envFrom)`);
  for (const variable of readList(one, "env")) {
    const name = readPartly(variable, "name");
    if (name === UNKNOWN) found.unknown.push(`a variable of ${at}`);
    else if (CHANGES_PROGRAMS.test(String(name)))
      found.wrong.push(`${at} has the variable ${text(name)}, by which another program could run in it`);
  }
}

/** What is mounted there takes the place of the image's own. */
const OVER_PROGRAMS = /^\/(?:$|(?:usr|bin|sbin|lib|lib64|opt|app|root|home)(?:\/|$)|etc(?:\/?$|\/(?!restorable\/?)))/;
/** By these, Node.js, the loader and shells run what others give them. */
const CHANGES_PROGRAMS = /^(NODE_|LD_|PATH$|BASH_ENV$|ENV$|SHELLOPTS$|OPENSSL_|PERL5|PYTHON)/;

/** An empty list is none. */
const given = (list: unknown) => (Array.isArray(list) && list.length === 0 ? undefined : list);

function config(expected: Record<string, unknown>, told: unknown, found: Differences): void {
  if (told === UNKNOWN) found.unknown.push("the config that its Jobs are given");
  else if (typeof told !== "object" || told === null)
    found.wrong.push("the config that its Jobs are given is not a ConfigMap of its own");
  else
    for (const [path, value] of Object.entries(expected))
      same(`the config's ${path}`, value, readPartly(told, ...path.split(".")), found);
}

function same(what: string, expected: unknown, actual: unknown, found: Differences): void {
  if (hasUnknown(actual)) found.unknown.push(what);
  else if (!equal(expected, actual)) found.wrong.push(`${what} is ${text(actual)}, not ${text(expected)}`);
}

function sameUnseen(what: string, expected: unknown, actual: unknown, found: Differences): void {
  if (hasUnknown(actual)) found.unknown.push(what);
  else if (!equal(expected, actual)) found.wrong.push(`${what} is not what this library's component declares`);
}

/** By what is in them, whatever the order of their keys; null and undefined are both nothing. */
function equal(a: unknown, b: unknown): boolean {
  if (a === b || ((a ?? undefined) === undefined && (b ?? undefined) === undefined)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = [...new Set([...readKeysOf(a), ...readKeysOf(b)])];
  return keys.every((key) => equal((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}

const readKeysOf = (value: object) => (Array.isArray(value) ? Object.keys(value) : readKeys(value));

/** Short: a config holds no secret, and a script is too long for a line. */
const text = (value: unknown) => (value === undefined ? "absent" : oneLine(JSON.stringify(value), 120));
