import { UnknownValueError } from "@pulumi/policy";

/**
 * The only way in which policies read resources. At preview a value may be unknown, and touching it throws
 * UnknownValueError, which ends the whole policy and lets the preview pass. So every value is first copied, piece by
 * piece, and what is unknown is marked.
 */
export const UNKNOWN: unique symbol = Symbol("unknown at preview");

export type Reading =
  | { state: "known"; value: unknown }
  /** `path` is the first place, in dots, that is unknown. */
  | { state: "unknown"; path: string }
  | { state: "absent" };

/** What is at `path` below `owner`: known only if everything in it is known. */
export function read(owner: unknown, ...path: string[]): Reading {
  const value = readPartly(owner, ...path);
  if (value === undefined || value === null) return { state: "absent" };
  const unknown = firstUnknown(value, path);
  return unknown === undefined ? { state: "known", value } : { state: "unknown", path: unknown };
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
