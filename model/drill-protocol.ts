import { z } from "zod";
import { checkResultSchema, drilledBackupSchema, stageSchema, statementSchema, TRIGGERS } from "./evidence";
import { excludedSummarySchema } from "./excluded";
import { ID_PATTERN } from "./layout";
import { comparedSchema } from "./share";
import { baselineSchema } from "./shrinkage";
import { evidenceStorageSchema } from "./storage-identity";
import { isPlain } from "./text";

/**
 * What a drill's signer and its agent say to each other, a JSON value a line, over a socket that the signer owns. The
 * agent has read what others wrote and may have been taken over by it: what it can say is what it found, and nothing of
 * whose drill this is, by which restore path, or when: that the signer knows from its own settings and clock.
 */
const version = z.literal(1);
const id = z.string().regex(ID_PATTERN);
const time = z.iso.datetime();
const seconds = z.number().nonnegative();

/** The longest message, in bytes: a record of evidence must fit into a ConfigMap beside others. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

/** From the signer, as soon as the drill's beginning is signed: what is to be drilled. */
export const announcementSchema = z.strictObject({
  version,
  drillId: id,
  trigger: z.enum(TRIGGERS),
  startedAt: time,
  /** When the drill was asked for, where Kubernetes could tell. */
  requestedAt: time.optional(),
  copy: z.enum(["primary", "off-site"]),
  /** Whether the copy was asked for; otherwise it is its turn. */
  asked: z.boolean(),
  /** Absent: the newest. */
  backupId: id.optional(),
  /** The last backup whose drill passed. Absent: there is none that counts. */
  baseline: baselineSchema.optional(),
  /** Whether fewer rows than there were are right: somebody has looked. */
  acceptShrinkage: z.boolean().optional(),
});
export type Announcement = z.infer<typeof announcementSchema>;

/** Instead of either, from the signer: why it cannot go on. */
export const problemSchema = z.strictObject({ version, problem: z.string() });

/** From the agent, once: what it found. */
const found = z.strictObject({
  version,
  /** Why the drill broke off, if it did. */
  error: z.string().optional(),
  storage: evidenceStorageSchema.optional(),
  backup: drilledBackupSchema.optional(),
  stages: z.array(stageSchema).max(50),
  /** The stage that failed, if one did. */
  failedStage: z.string().optional(),
  checks: z.array(checkResultSchema).max(5000),
  excluded: excludedSummarySchema.optional(),
  notCompared: z.array(z.string().min(1).max(60)).max(50).optional(),
  contents: z.strictObject({ tables: z.int().nonnegative(), rows: z.int().nonnegative() }),
  compared: comparedSchema.optional(),
  measured: z.strictObject({ rpoSeconds: seconds, rtoSeconds: seconds }),
});

/** Every text in it is one line that shows as what it is, and of a length that people can read. */
export const outcomeSchema = found.superRefine((outcome, context) => {
  const path = unreadable(outcome, []);
  if (path) context.addIssue({ code: "custom", path, message: "must be one plain line" });
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** The longest text in an outcome, in characters. */
export const MAX_TEXT = 4000;

/** Where in `value` a text stands that is not a plain line; undefined when none is. */
function unreadable(value: unknown, path: (string | number)[]): (string | number)[] | undefined {
  if (typeof value === "string") return value.length <= MAX_TEXT && isPlain(value) ? undefined : path;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = unreadable(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    if (found) return found;
  }
  return undefined;
}

/** From the signer, when the evidence is kept, or why it is not. */
export const conclusionSchema = z.union([
  z.strictObject({ version, key: z.string(), statement: statementSchema }),
  problemSchema,
]);
export type Conclusion = z.infer<typeof conclusionSchema>;

/** To the container of the application's commands, and back. */
export const commandRequestSchema = z.strictObject({ version, check: z.int().nonnegative() });
export const commandAnswerSchema = z.strictObject({ version, ended: z.string(), code: z.int().nullable() });
