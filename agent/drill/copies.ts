import { claimedPredicate } from "../../model/claimed-evidence";
import { evidenceConfigMapKey } from "../../model/evidence";
import { type DrillJob, RUN_VARIABLES, SECRET_FOLDERS } from "../../model/job-config";
import type { RestorePath } from "../../model/restore-path";
import { CLOCK_TOLERANCE_SECONDS } from "../../model/retention";
import type { StorageAccess } from "../../model/storage-access";
import { EXIT, ReportedError } from "../../runtime/errors";

export type CopyName = RestorePath["storage"]["copy"];
const COPIES: readonly string[] = ["primary", "off-site"] satisfies CopyName[];

/** One of the copies that a drill can restore: where it is, and what evidence about it names. */
export interface Copy {
  name: CopyName;
  storage: StorageAccess;
  /** Where the Secret of its storage is mounted. */
  secrets: string;
  prefix: string;
  restorePath: RestorePath;
  fingerprint: string;
  objectives: DrillJob["objectives"];
}

export function copiesOf(job: DrillJob): Copy[] {
  const { storage, prefix, restorePath, fingerprint, objectives, offSite } = job;
  const primary: Copy = {
    name: "primary",
    storage,
    secrets: SECRET_FOLDERS.storage,
    prefix,
    restorePath,
    fingerprint,
    objectives,
  };
  if (!offSite) return [primary];
  const { rpoSeconds, ...other } = offSite;
  return [
    primary,
    { ...other, name: "off-site", secrets: SECRET_FOLDERS.offSite, objectives: { ...objectives, rpoSeconds } },
  ];
}

/** The copy that the signer has chosen. */
export function copyNamed(job: DrillJob, name: CopyName): Copy {
  const copy = copiesOf(job).find((one) => one.name === name);
  if (copy) return copy;
  throw new ReportedError(`this drill has no ${name} copy: declare offSite of the RestoreDrill`, EXIT.badInput);
}

/** The copy that this run's variables ask for, if they do. */
export function readCopyVariable(env: NodeJS.ProcessEnv): CopyName | undefined {
  const copy = env[RUN_VARIABLES.copy] || undefined;
  if (copy === undefined || COPIES.includes(copy)) return copy as CopyName | undefined;
  throw new ReportedError(`${RUN_VARIABLES.copy} is "${copy}"; it must be one of ${COPIES.join(", ")}`, EXIT.badInput);
}

/**
 * The copy to drill: the one asked for, else the one whose newest evidence is older, good or bad; what was never drilled
 * comes first, and of two such copies the primary. `readEvidence` gives the data of the evidence's ConfigMap. Evidence from
 * the future is none: it would put its copy off until then.
 */
export async function chooseCopy(
  job: DrillJob,
  asked: CopyName | undefined,
  readEvidence: () => Promise<Record<string, string>>,
  now = new Date(),
): Promise<Copy> {
  const copies = copiesOf(job);
  if (asked !== undefined) {
    const copy = copies.find(({ name }) => name === asked);
    if (copy) return copy;
    throw new ReportedError(
      `${RUN_VARIABLES.copy} asks for the copy ${asked}, and this drill has none: declare offSite of the RestoreDrill`,
      EXIT.badInput,
    );
  }
  const [first, ...others] = copies as [Copy, ...Copy[]];
  if (others.length === 0) return first;
  const evidence = await readEvidence();
  const latest = now.getTime() + CLOCK_TOLERANCE_SECONDS * 1000;
  /** When it was last drilled, in milliseconds; before all time when it never was, or when nobody can tell. */
  const drilledAt = ({ fingerprint }: Copy) => {
    const finishedAt = claimedPredicate(evidence[evidenceConfigMapKey(fingerprint)])?.drill.finishedAt;
    const time = finishedAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(finishedAt);
    return time > latest ? Number.NEGATIVE_INFINITY : time;
  };
  return others.reduce((oldest, copy) => (drilledAt(copy) < drilledAt(oldest) ? copy : oldest), first);
}
