/**
 * What a restore drill checks, point by point. The first five are the checklist a restored database must pass before
 * anybody may call it recovered; the others make the answer trustworthy. Evidence that lacks a point is incomplete.
 */
export const CHECKLIST = {
  artifact: "the stored objects are what the manifest says, byte for byte",
  isolation: "the drill cannot reach the source database",
  schema: "schema and migrations are those recorded at the backup",
  "read-write": "the application's role can read and write",
  health: "the application's own health checks pass",
  access: "roles, memberships, owners, grants, default privileges and row-level security are those recorded",
  rows: "every table has exactly the recorded rows, by number and by digest",
  indexes: "every index agrees with its table (amcheck)",
  sequences: "no sequence is behind its recorded value",
} as const;

export type ChecklistPoint = keyof typeof CHECKLIST;

export const CHECKLIST_POINTS = Object.keys(CHECKLIST) as ChecklistPoint[];
