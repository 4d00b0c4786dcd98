import type { StackValidationPolicy } from "@pulumi/policy";
import { backupHasRestoreDrill } from "./backup-has-restore-drill";
import { drillIsIsolated } from "./drill-is-isolated";
import { restorePathProven } from "./restore-path-proven";
import { restorePathUnproven } from "./restore-path-unproven";

/** Every rule of the pack, in the order in which they run: restore-path-unproven prints what restore-path-proven noted. */
export const policies: StackValidationPolicy[] = [
  backupHasRestoreDrill,
  drillIsIsolated,
  restorePathProven,
  restorePathUnproven,
];
