import { z } from "zod";
import { timeZoneProblem } from "./cron";
import { parseDuration } from "./duration";

/** Fields that many declarations share. Each says in its message what is allowed. */

/** A schema for text that `problem` finds nothing wrong with. */
export function checked(problem: (text: string) => string | undefined) {
  return z.string().superRefine((text, context) => {
    const message = problem(text);
    if (message) context.addIssue({ code: "custom", message });
  });
}

/** A duration as written (`90s`, `15m`, `26h`, `7d`, `4w`): it stays text, so that declarations print as declared. */
export const durationField = checked((text) => {
  try {
    parseDuration(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
});

/** An IANA time zone. */
export const timeZoneField = checked(timeZoneProblem);

/** A Kubernetes quantity of memory or storage: a whole number and a binary unit. */
export const sizeField = z.string().regex(/^[1-9]\d*(Ki|Mi|Gi|Ti|Pi)$/, {
  error: "must be a whole number and a binary unit, such as 512Mi or 10Gi",
});

/** A Kubernetes quantity of CPU: cores or millicores. */
export const cpuField = z.string().regex(/^([1-9]\d*m?|0?\.\d+|[1-9]\d*\.\d+)$/, {
  error: 'must be cores or millicores, such as "2", "0.5" or "250m"',
});

/** A container image's reference. */
export const imageField = z.string().regex(/^[^\s@]+(@sha256:[0-9a-f]{64})?$/, {
  error: "must be an image's reference, such as registry.example.com/postgresql:17.6 with or without @sha256:…",
});

/** A tool or a step by its name: one word, which cannot be taken for a message's own. */
export const wordField = z.string().regex(/^[A-Za-z0-9][\w.+-]{0,62}$/, {
  error: "must be one word of at most 63 letters, digits and . _ + -, such as pg_restore or restore-testing",
});

/** A product or a kind of storage, in lower case: two spellings of one thing must not be two things. */
export const kebabField = z.string().regex(/^(?=.{1,63}$)[a-z0-9]+(-[a-z0-9]+)*$/, {
  error: "must be lower-case words of at most 63 characters with hyphens between them, such as crunchy-pgo or aws-rds",
});

/** A tool's version, without spaces. */
export const versionField = z.string().regex(/^[\w.+:@/-]{1,100}$/, {
  error: 'must be a version without spaces, such as "1.4.0" or the hash of a commit',
});

export const portField = z.int().min(1).max(65535);

export const countField = (minimum: number) =>
  z.int({ error: "must be a whole number" }).min(minimum, { error: `must be at least ${minimum}` });

const UNITS = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50 } as const;

/** Bytes in a size that `sizeField` accepted. */
export function sizeBytes(size: string): number {
  const unit = size.slice(-2) as keyof typeof UNITS;
  return Number(size.slice(0, -2)) * UNITS[unit];
}

/** The PostgreSQL major that an image's tag begins with (`17.6-bookworm`), or undefined when the tag says none. */
export function imageMajor(image: string): number | undefined {
  const tag = /:(\d+)(?:[.-][^/:@]*)?(?:@.*)?$/.exec(image)?.[1];
  return tag === undefined ? undefined : Number(tag);
}
