import type { Finding } from "./message";

/**
 * What restore-path-proven lets pass but people must see. A policy reports at one level only, so its advisory
 * companion prints these; it runs right after, in the same analysis, and needs no configuration of its own.
 */
let notes: Finding[] = [];

export function leaveNotes(findings: Finding[]): void {
  notes = findings;
}

/** Takes the notes away, so that a later analysis in the same process cannot print those of an earlier one. */
export function takeNotes(): Finding[] {
  const taken = notes;
  notes = [];
  return taken;
}
