import type { Recognizer } from "../stack/recognizer";
import { awsBackup } from "./aws/backup";
import { awsRds } from "./aws/rds";
import { awsS3 } from "./aws/s3";
import { azurePostgres } from "./cloud/azure";
import { cloudSql } from "./cloud/cloud-sql";
import { cloudNativePg } from "./cloudnative-pg/cloudnative-pg";
import { crunchyPgo } from "./crunchy-pgo/crunchy-pgo";
import { helmRelease } from "./helm/release";
import { ecsTasks } from "./jobs/ecs";
import { kubernetesJobs } from "./jobs/kubernetes-jobs";
import { k8up } from "./k8up/k8up";
import { kubeBlocks } from "./kubeblocks/kubeblocks";
import { kubeStash } from "./kubestash/kubestash";
import { stash } from "./kubestash/stash";
import { restorable } from "./restorable";
import { stackGres } from "./stackgres/stackgres";
import { statefulSets } from "./stateful-sets";
import { velero } from "./velero/velero";
import { volumeSnapshots } from "./volumes/volume-snapshots";
import { zalando } from "./zalando/zalando";

/** Every product that the gate knows. The order matters to nobody: each speaks for types of its own. */
export const recognizers: Recognizer[] = [
  restorable,
  awsBackup,
  awsRds,
  awsS3,
  azurePostgres,
  cloudNativePg,
  cloudSql,
  crunchyPgo,
  ecsTasks,
  helmRelease,
  k8up,
  kubeBlocks,
  kubernetesJobs,
  kubeStash,
  stackGres,
  stash,
  statefulSets,
  velero,
  volumeSnapshots,
  zalando,
];
