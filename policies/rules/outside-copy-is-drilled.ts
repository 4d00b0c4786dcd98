import { ABSENT, known, type Reading, valueOr } from "../known";
import type { Finding } from "../message";
import { type Rule, stackPolicy } from "../rule";
import { isProduction } from "../settings";
import { type Coverage, coverageOf } from "../stack/coverage";
import type { Backup, Store } from "../stack/facts";

/**
 * A backup with several copies is restored from the one that will be left when the cluster is lost: a copy inside the
 * cluster that can be restored says nothing of the copy outside.
 *
 * Severity: high. Page: docs/policies/outside-copy-is-drilled.md
 */
export const rule: Rule = {
  name: "outside-copy-is-drilled",
  description: "In production, a backup with several copies is restored from one outside the cluster.",
  level: "mandatory",
  severity: "high",
  remedy: "Let a restore drill restore the copy outside the cluster.",
  check: ({ index, gate }) =>
    isProduction(gate) ? index.backups.flatMap((backup) => undrilled(backup, coverageOf(backup, index))) : [],
};

export const outsideCopyIsDrilled = stackPolicy(rule);

function undrilled(backup: Backup, coverage: Coverage): Finding[] {
  const { urn, id, stores } = backup;
  // Without any copy outside, copy-outside-cluster speaks; without any test, backup-has-restore-drill.
  if (stores.length < 2 || !stores.some(isOutside)) return [];
  const restores = [...drilledCopies(backup, coverage), ...testedCopies(backup, coverage)];
  if (restores.length === 0 || restores.some(({ copy }) => copy === "outside")) return [];
  const maybe = restores.some(({ copy }) => copy === undefined);
  const verdict = maybe
    ? `${id}: nobody can tell whether its copy outside the cluster is ever restored.`
    : `${id}: its copy outside the cluster is never restored.`;
  return [
    {
      urn,
      verdict,
      reasons: [`it has ${stores.length} copies`, ...restores.slice(0, 5).map(({ text }) => text)],
      remedies: ["let a restore drill or a restore test restore the copy outside the cluster, in turn or on top"],
    },
  ];
}

const isOutside = ({ location }: Store) => location.state === "known" && location.value === "outside";

interface Restore {
  /** Undefined when nobody can tell. */
  copy: "inside" | "outside" | undefined;
  text: string;
}

function drilledCopies({ stores }: Backup, { drills }: Coverage): Restore[] {
  return drills.map((drill): Restore => {
    const external = drill.kind === "external-drill";
    const what = external ? "an ExternalRestoreDrill" : "its RestoreDrill";
    // Ours restores the primary copy, which is the first.
    const first = external ? known(drill.restorePath.storage.copy) : (stores[0]?.location ?? ABSENT);
    const copy = valueOr(first, undefined);
    return { copy, text: textOf(what, copy, first) };
  });
}

function testedCopies({ stores }: Backup, { tests }: Coverage): Restore[] {
  return tests.map(({ what, name, copies }): Restore => {
    // Whatever is restored of copies that are all outside was outside.
    const copy = copies.state === "known" ? copies.value : stores.every(isOutside) ? "outside" : undefined;
    return { copy, text: textOf(`${what} (${name})`, copy, copies) };
  });
}

function textOf(what: string, copy: Restore["copy"], reading: Reading<string>): string {
  if (copy !== undefined) return `${what} restores the copy ${copy} the cluster`;
  if (reading.state !== "unknown") return `${what} does not say which copy it restores`;
  return `which copy ${what} restores is unknown at preview (${reading.path})`;
}
