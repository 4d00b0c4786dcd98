import type { Policies } from "@pulumi/policy";
import { agentImageIsListed } from "./rules/agent-image-is-listed";
import { backupHasRestoreDrill } from "./rules/backup-has-restore-drill";
import { backupJobsAreBounded } from "./rules/backup-jobs-are-bounded";
import { backupReport } from "./rules/backup-report";
import { clusterIsHighlyAvailable } from "./rules/cluster-is-highly-available";
import { copyOutsideCluster } from "./rules/copy-outside-cluster";
import { cronFieldsMatch } from "./rules/cron-fields-match";
import { databaseHasBackup } from "./rules/database-has-backup";
import { databaseIsRecognized } from "./rules/database-is-recognized";
import { descriptorMatchesChildren } from "./rules/descriptor-matches-children";
import { drillChecksEverything } from "./rules/drill-checks-everything";
import { drillIsIsolated } from "./rules/drill-is-isolated";
import { imagesPinnedByDigest } from "./rules/images-pinned-by-digest";
import { noInTreeBarman } from "./rules/no-in-tree-barman";
import { noPlainTextCredentials } from "./rules/no-plain-text-credentials";
import { outsideCopyIsDrilled } from "./rules/outside-copy-is-drilled";
import { promotionOrder } from "./rules/promotion-order";
import { protectedFromDeletion } from "./rules/protected-from-deletion";
import { restoreGate } from "./rules/restore-gate";
import { restorePathProven } from "./rules/restore-path-proven";
import { restorePathUnproven } from "./rules/restore-path-unproven";
import { retentionIsSufficient } from "./rules/retention-is-sufficient";
import { rpoWithinObjective } from "./rules/rpo-within-objective";
import { rtoWithinObjective } from "./rules/rto-within-objective";
import { signerIsApart } from "./rules/signer-is-apart";
import { storageIsProtected } from "./rules/storage-is-protected";
import { waiverIsValid } from "./rules/waiver-is-valid";
import { walIsNeverDropped } from "./rules/wal-is-never-dropped";

/**
 * Every rule of the pack, in the order in which they run: restore-gate is asked about each resource, before the others,
 * and knows the configuration; backup-report sums up what the others have said.
 */
export const policies: Policies = [
  restoreGate,
  // Whether what is backed up can be restored, and who has seen it.
  backupHasRestoreDrill,
  databaseHasBackup,
  databaseIsRecognized,
  drillChecksEverything,
  drillIsIsolated,
  descriptorMatchesChildren,
  agentImageIsListed,
  signerIsApart,
  restorePathProven,
  promotionOrder,
  rtoWithinObjective,
  waiverIsValid,
  restorePathUnproven,
  // Whether enough of it is there when it is needed.
  rpoWithinObjective,
  retentionIsSufficient,
  copyOutsideCluster,
  outsideCopyIsDrilled,
  storageIsProtected,
  protectedFromDeletion,
  // Whether it runs as it was meant.
  clusterIsHighlyAvailable,
  cronFieldsMatch,
  backupJobsAreBounded,
  walIsNeverDropped,
  noInTreeBarman,
  noPlainTextCredentials,
  imagesPinnedByDigest,
  backupReport,
];
