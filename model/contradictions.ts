import { cronProblem, longestGap, timeZoneProblem } from "./cron";
import { DURATION_PATTERN, formatDuration, parseDuration } from "./duration";
import { imageMajor } from "./fields";
import type { Problem } from "./problems";
import { rpoProblem } from "./rpo";

/**
 * What is right field by field and wrong together. Components and stacks ask the same questions, so that a
 * contradiction is found however the declaration is written, and before anything is changed.
 */

export interface BackupTiming {
  /** Five cron fields. */
  schedule: string;
  timeZone: string;
  deadline: string;
  rpo: string;
  retention: string;
}

/** When drills run, as far as it bears on how long backups must be kept. */
export interface DrillTiming {
  afterBackup: boolean;
  schedule?: string;
}

/**
 * Problems of a backup's times; paths are relative to the backup's declaration. What is malformed is reported where the
 * field is read, and compared with nothing here.
 */
export function backupTimingProblems(timing: BackupTiming, drill?: DrillTiming): Problem[] {
  const problems: Problem[] = [];
  const cron = cronProblem(timing.schedule, 5, timing.timeZone);
  if (cron) problems.push({ path: "schedule", message: cron });
  const durations = [timing.deadline, timing.rpo, timing.retention];
  if (cron || timeZoneProblem(timing.timeZone) || !durations.every((text) => DURATION_PATTERN.test(text)))
    return problems;
  const rpo = rpoProblem(timing.schedule, timing.timeZone, parseDuration(timing.deadline), parseDuration(timing.rpo));
  if (rpo) problems.push({ path: "rpo", message: rpo });
  const retention = retentionProblem(timing, drill);
  if (retention) problems.push({ path: "retention", message: retention });
  return problems;
}

/** Seconds between two drills at most: the drills' own schedule, or that of the backups when each is drilled. */
export function longestDrillInterval(backup: BackupTiming, drill: DrillTiming): number {
  const intervals = [];
  if (drill.schedule !== undefined) intervals.push(longestGap(drill.schedule, backup.timeZone));
  if (drill.afterBackup) intervals.push(longestGap(backup.schedule, backup.timeZone));
  return intervals.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...intervals);
}

function retentionProblem(backup: BackupTiming, drill?: DrillTiming): string | undefined {
  const kept = parseDuration(backup.retention);
  const gap = longestGap(backup.schedule, backup.timeZone);
  if (kept < gap)
    return (
      `"${backup.retention}" is shorter than the time between two backups (up to ${formatDuration(gap)}): ` +
      `the last backup would go before the next one is there; keep backups for at least ${formatDuration(gap)}`
    );
  if (!drill || (drill.schedule !== undefined && cronProblem(drill.schedule, 5, backup.timeZone))) return undefined;
  const interval = longestDrillInterval(backup, drill);
  if (!Number.isFinite(interval) || kept >= interval) return undefined;
  return (
    `"${backup.retention}" is shorter than the time between two restore drills (up to ${formatDuration(interval)}): ` +
    `every drilled backup would be gone before the next drill; keep backups for at least ${formatDuration(interval)} or drill more often`
  );
}

/** Problems of a drill's triggers; paths are relative to the drill's declaration. */
export function drillTimingProblems(drill: { schedule?: string; timeZone: string; triggers: boolean[] }): Problem[] {
  if (drill.schedule !== undefined) {
    const message = cronProblem(drill.schedule, 5, drill.timeZone);
    return message ? [{ path: "schedule", message }] : [];
  }
  if (drill.triggers.some(Boolean)) return [];
  return [
    {
      path: "",
      message:
        'the drill would never run: declare afterBackup: true, onDeployment: true, or a schedule, such as "0 4 * * 0"',
    },
  ];
}

/** Why drills cannot run in `drillNamespace`, or undefined. */
export function drillNamespaceProblem(drillNamespace: string, sourceNamespace: string): string | undefined {
  if (drillNamespace !== sourceNamespace) return undefined;
  return (
    `"${drillNamespace}" is the namespace of the source database; ` +
    `a drill is cut off from its source by its own namespace: name another, such as "${sourceNamespace}-drill"`
  );
}

/** Why `endpoint` cannot be an S3 endpoint, or undefined. */
export function endpointProblem(endpoint: string, allowInsecure: boolean): string | undefined {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    return `"${endpoint}" is not a URL; write scheme, host and port, such as https://s3.example.com or https://s3.example.com:9000`;
  }
  if (url.protocol !== "https:" && url.protocol !== "http:")
    return `"${endpoint}" is not an http address; an S3 endpoint begins with https://`;
  if (url.protocol === "http:" && !allowInsecure)
    return (
      `"${endpoint}" would send backups and keys unencrypted; use https://, ` +
      "or say allowInsecure: true where the network is your own, as in a lab"
    );
  // A password in an address would end up in plain text wherever addresses are printed.
  if (url.username !== "" || url.password !== "") return "must not hold credentials; they belong into Secrets";
  if ((url.pathname !== "/" && url.pathname !== "") || url.search !== "" || url.hash !== "")
    return `"${endpoint}" has a path; give the server's address alone: bucket and prefix have settings of their own`;
  return undefined;
}

/** Why `image` cannot serve PostgreSQL `major`, or undefined (also when its tag does not say). */
export function imageMajorProblem(image: string, major: number): string | undefined {
  const tagged = imageMajor(image);
  if (tagged === undefined || tagged === major) return undefined;
  return `"${image}" is PostgreSQL ${tagged} by its tag, but postgresMajor is ${major}; they must agree`;
}

/** Why `instances` is too few for `environment`, or undefined. */
export function instancesProblem(instances: number, environment: string): string | undefined {
  if (environment !== "production" || instances >= 3) return undefined;
  return (
    `${instances} in production: with synchronous replication, writes stop as soon as one of fewer than three instances ` +
    "is away; declare at least 3"
  );
}

/** Where a storage keeps backups. */
interface Place {
  endpoint: string;
  bucket: string;
}

/** Why `copy` is no second place beside `first`, or undefined. */
export function samePlaceProblem(first: Place, copy: Place): string | undefined {
  const same = first.endpoint === copy.endpoint && first.bucket === copy.bucket;
  if (!same) return undefined;
  return (
    `"${copy.bucket}" at ${copy.endpoint} is where the backups are already: a copy in the same bucket is lost with it; ` +
    "name a bucket that does not share its fate, best at another provider or in another region"
  );
}
