import type { PolicyComplianceFramework } from "@pulumi/policy";

/** Frameworks that auditors ask about, and what of them speaks of backups and recovery. */
const ISO = { name: "ISO/IEC 27001", version: "2022", reference: "Annex A" };

/** A rule's controls in each framework: what its finding is evidence against, and its silence for. */
export interface Controls {
  /** ISO/IEC 27001:2022, Annex A. */
  iso: "A.8.13" | "A.8.14";
  /** SOC 2, trust services criteria (2017, with points of focus of 2022). */
  soc2: "A1.2" | "A1.3";
  /** NIST SP 800-53, revision 5. */
  nist: "CP-9" | "CP-9(1)" | "CP-9(3)" | "CP-9(8)" | "CP-10";
}

export const CONTROL_TITLES: Record<Controls["iso"] | Controls["soc2"] | Controls["nist"], string> = {
  "A.8.13": "Information backup",
  "A.8.14": "Redundancy of information processing facilities",
  "A1.2": "Backup processes and recovery infrastructure",
  "A1.3": "Tests of recovery procedures",
  "CP-9": "System backup",
  "CP-9(1)": "System backup: testing for reliability and integrity",
  "CP-9(3)": "System backup: separate storage for critical information",
  "CP-9(8)": "System backup: cryptographic protection",
  "CP-10": "System recovery and reconstitution",
};

const BACKUP: Controls = { iso: "A.8.13", soc2: "A1.2", nist: "CP-9" };
const TESTED: Controls = { iso: "A.8.13", soc2: "A1.3", nist: "CP-9(1)" };
const RECOVERY: Controls = { iso: "A.8.14", soc2: "A1.2", nist: "CP-10" };

/** By the rule's name. The rules that are not here speak of no control of these frameworks. */
export const CONTROLS: Record<string, Controls> = {
  "restore-gate": TESTED,
  "backup-has-restore-drill": TESTED,
  "database-has-backup": BACKUP,
  "database-is-recognized": BACKUP,
  "drill-checks-everything": TESTED,
  "drill-is-isolated": TESTED,
  "descriptor-matches-children": TESTED,
  "agent-image-is-listed": TESTED,
  "signer-is-apart": TESTED,
  "restore-path-proven": TESTED,
  "promotion-order": TESTED,
  "rto-within-objective": { ...TESTED, nist: "CP-10" },
  "waiver-is-valid": TESTED,
  "restore-path-unproven": TESTED,
  "rpo-within-objective": BACKUP,
  "retention-is-sufficient": BACKUP,
  "copy-outside-cluster": { ...BACKUP, nist: "CP-9(3)" },
  "outside-copy-is-drilled": TESTED,
  "storage-is-protected": { ...BACKUP, nist: "CP-9(8)" },
  "protected-from-deletion": BACKUP,
  "cluster-is-highly-available": RECOVERY,
  "cron-fields-match": BACKUP,
  "backup-jobs-are-bounded": BACKUP,
  "wal-is-never-dropped": BACKUP,
  "no-in-tree-barman": BACKUP,
  "backup-report": BACKUP,
};

/** Pulumi takes one framework for each policy; the page of controls has all three. */
export function frameworkOf(rule: string): PolicyComplianceFramework | undefined {
  const controls = CONTROLS[rule];
  return controls && { ...ISO, specification: `${controls.iso} ${CONTROL_TITLES[controls.iso]}` };
}

/** The table of docs/policies/controls.md. */
export function controlsTable(): string {
  const rows = Object.entries(CONTROLS).map(
    ([rule, { iso, soc2, nist }]) => `| [${rule}](${rule}.md) | ${iso} | ${soc2} | ${nist} |`,
  );
  return ["| rule | ISO/IEC 27001:2022 | SOC 2 | NIST SP 800-53 rev. 5 |", "| --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
}
