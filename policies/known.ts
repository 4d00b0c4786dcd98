import { UnknownValueError } from "@pulumi/policy";

/**
 * The only way in which policies read resources. At preview a value may be unknown, and touching it throws
 * UnknownValueError, which ends the whole policy and lets the preview pass. So every value is first copied, piece by
 * piece, and what is unknown is marked.
 */
export const UNKNOWN: unique symbol = Symbol("unknown at preview");

export type Reading<T = unknown> =
  | { state: "known"; value: T }
  /** `path` is the first place, in dots, that is unknown. */
  | { state: "unknown"; path: string }
  | { state: "absent" };

export const ABSENT = { state: "absent" } as const;

export function known<T>(value: T): Reading<T> {
  return { state: "known", value };
}

export function unknown(path: string): Reading<never> {
  return { state: "unknown", path };
}

/** `reading` with its value changed by `change`; undefined counts as absent. */
export function map<T, U>(reading: Reading<T>, change: (value: T) => U | undefined): Reading<U> {
  if (reading.state !== "known") return reading;
  const value = change(reading.value);
  return value === undefined ? ABSENT : known(value);
}

/** The value if it is known; otherwise `otherwise`. */
export function valueOr<T, U>(reading: Reading<T>, otherwise: U): T | U {
  return reading.state === "known" ? reading.value : otherwise;
}

/** What `reading` says; where it says nothing, what `otherwise` does. Unknown stays unknown. */
export function orElse<T>(reading: Reading<T>, otherwise: Reading<T>): Reading<T> {
  return reading.state === "absent" ? otherwise : reading;
}

/** The first of `readings` that says anything. */
export function firstSaid<T>(readings: Reading<T>[]): Reading<T> {
  return readings.find(({ state }) => state !== "absent") ?? ABSENT;
}

/** Known and true. */
export function isYes(reading: Reading<boolean>): boolean {
  return reading.state === "known" && reading.value;
}

/** A known and false reading, or an absent one where absence means no. Unknown is neither yes nor no. */
export function isNo(reading: Reading<boolean>): boolean {
  return reading.state === "absent" || (reading.state === "known" && !reading.value);
}

/** What is at `path` below `owner`: known only if everything in it is known. */
export function read(owner: unknown, ...path: string[]): Reading {
  const value = readPartly(owner, ...path);
  if (value === undefined || value === null) return { state: "absent" };
  const unknown = firstUnknown(value, path);
  return unknown === undefined ? { state: "known", value } : { state: "unknown", path: unknown };
}

/** The string at `path`. Something else than a string there counts as absent: the provider itself refuses it. */
export function readString(owner: unknown, ...path: string[]): Reading<string> {
  return map(read(owner, ...path), (value) => (typeof value === "string" ? value : undefined));
}

/** The number at `path`; a string of digits counts, as in annotations and pgBackRest's options. */
export function readNumber(owner: unknown, ...path: string[]): Reading<number> {
  return map(read(owner, ...path), (value) => {
    if (typeof value === "number") return value;
    return typeof value === "string" && /^\d+$/.test(value) ? Number(value) : undefined;
  });
}

/** The truth at `path`; `"true"` and `"y"` count, as operators' options write them. */
export function readBoolean(owner: unknown, ...path: string[]): Reading<boolean> {
  return map(read(owner, ...path), (value) => {
    if (typeof value === "boolean") return value;
    return typeof value === "string" ? /^(true|y|yes|on|1)$/i.test(value) : undefined;
  });
}

/**
 * The elements of the list at `path`, each as it is (perhaps with UNKNOWN in it); a list that is unknown as a whole is
 * one UNKNOWN element, so that nobody takes it for empty.
 */
export function readList(owner: unknown, ...path: string[]): unknown[] {
  const value = readPartly(owner, ...path);
  if (value === UNKNOWN) return [UNKNOWN];
  return Array.isArray(value) ? value : [];
}

/** The keys of the object at `path`; none when it is unknown, absent or no object. */
export function readKeys(owner: unknown, ...path: string[]): string[] {
  const value = readPartly(owner, ...path);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

/** A plain copy of what is at `path`, with UNKNOWN for each part that is unknown, and undefined for what is absent. */
export function readPartly(owner: unknown, ...path: string[]): unknown {
  let at = owner;
  for (const key of path) {
    if (at === UNKNOWN) return UNKNOWN;
    if (typeof at !== "object" || at === null) return undefined;
    at = touch(at, key);
  }
  return copy(at);
}

/** Whether any part of a value from readPartly is unknown. */
export function hasUnknown(value: unknown): boolean {
  return firstUnknown(value, []) !== undefined;
}

function touch(owner: object, key: string | number): unknown {
  try {
    return (owner as Record<string | number, unknown>)[key];
  } catch (error) {
    if (error instanceof UnknownValueError) return UNKNOWN;
    throw error;
  }
}

function copy(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => copy(touch(value, index)));
  // Object.keys does not touch values. No prototype: a key may be called __proto__.
  const result: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value)) result[key] = copy(touch(value, key));
  return result;
}

function firstUnknown(value: unknown, path: string[]): string | undefined {
  if (value === UNKNOWN) return path.join(".") || "the value itself";
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const found = firstUnknown(part, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}
