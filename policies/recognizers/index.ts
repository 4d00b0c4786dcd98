import type { Recognizer } from "../stack/recognizer";
import { awsBackup } from "./aws-backup";
import { awsRds } from "./aws-rds";
import { awsS3 } from "./aws-s3";
import { cloudNativePg } from "./cloudnative-pg";
import { crunchyPgo } from "./crunchy-pgo";
import { helmRelease } from "./helm-release";
import { k8up } from "./k8up";
import { kubernetesJobs } from "./kubernetes-jobs";
import { kubeStash } from "./kubestash";
import { restorable } from "./restorable";
import { stackGres } from "./stackgres";
import { stash } from "./stash";
import { statefulSets } from "./stateful-sets";
import { velero } from "./velero";
import { volumeSnapshots } from "./volume-snapshots";
import { zalando } from "./zalando";

/** Every product that the gate knows. The order matters to nobody: each speaks for types of its own. */
export const recognizers: Recognizer[] = [
  restorable,
  awsBackup,
  awsRds,
  awsS3,
  cloudNativePg,
  crunchyPgo,
  helmRelease,
  k8up,
  kubernetesJobs,
  kubeStash,
  stackGres,
  stash,
  statefulSets,
  velero,
  volumeSnapshots,
  zalando,
];
