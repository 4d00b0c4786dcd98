import type { PolicyResource } from "@pulumi/policy";
import { goSeconds } from "../../../model/go-duration";
import { ABSENT, isYes, known, map, readBoolean, readNumber, readString } from "../../known";
import type { Backup, Database, Schedule } from "../../stack/facts";
import { kubernetesNamespace, kubernetesServer, type StackView, sameServer } from "../../stack/view";
import { SNAPSHOTS } from "../shared/backup-stores";
import { foreignBackup } from "../shared/foreign-backup";
import { clusterDatabase, orDefault, some } from "../shared/operator-cluster";
import { requiredAntiAffinity, requiredTopologySpread } from "../shared/pod-placement";
import { reference, retentionOf, storageStore } from "./references";

/** KubeDB's Postgres (kubedb.com, apis/kubedb/v1), and its archiver (archiver.kubedb.com), which works with KubeStash. */

export function kubeDbDatabase(resource: PolicyResource, view: StackView): Database[] {
  const { props } = resource;
  // A server that only exists for backups to be restored into is no database that anybody needs back.
  if (isRestoreTarget(resource, view)) return [];
  const pod = ["spec", "podTemplate", "spec"];
  const streaming = orDefault(resource, readString(props, "spec", "streamingMode"), "Asynchronous");
  const deletion = orDefault(resource, readString(props, "spec", "deletionPolicy"), "Delete");
  const database = clusterDatabase(resource, view, {
    what: "a KubeDB Postgres",
    product: "KubeDB",
    availability: {
      instances: orDefault(resource, readNumber(props, "spec", "replicas"), 1),
      // KubeDB's own placement policy only prefers different nodes.
      spread: some([
        requiredAntiAffinity(props, ...pod, "affinity", "podAntiAffinity"),
        requiredTopologySpread(props, ...pod, "topologySpreadConstraints"),
      ]),
      synchronous: map(streaming, (mode) => mode === "Synchronous"),
    },
    // It archives with WAL-G, which has no limit above which WAL is dropped.
    dropsWal: known(false),
    // The webhook refuses deletion under DoNotTerminate, and under no other policy.
    deletionProtection: map(deletion, (policy) => policy === "DoNotTerminate"),
  });
  return [database];
}

function isRestoreTarget(resource: PolicyResource, view: StackView): boolean {
  const own = kubernetesServer(resource);
  const refersHere = (kind: string, path: string[]) =>
    view
      .ofKind("core.kubestash.com", kind)
      .some((other) => sameServer(reference(other.props, path, kubernetesNamespace(other)), own));
  return (
    refersHere("BackupVerifier", ["spec", "restoreOption", "target"]) &&
    !refersHere("BackupConfiguration", ["spec", "target"])
  );
}

/** A PostgresArchiver: base backups on a schedule and WAL all the time, of the Postgres resources that refer to it. */
export function archiverBackup(resource: PolicyResource, view: StackView): Backup[] {
  const { props } = resource;
  const namespace = kubernetesNamespace(resource);
  const paused = readBoolean(props, "spec", "pause");
  const servers = archived(resource, view);
  const databases = view.databases.filter(({ urn }) => servers.includes(urn));
  if (isYes(paused) || databases.length === 0) return [];
  const driver = orDefault(resource, readString(props, "spec", "fullBackup", "driver"), "VolumeSnapshotter");
  const store = storageStore(reference(props, ["spec", "backupStorage", "ref"], namespace), view);
  const snapshots = driver.state === "known" && driver.value === "VolumeSnapshotter";
  const schedule: Schedule = {
    expression: readString(props, "spec", "fullBackup", "scheduler", "schedule"),
    fields: "any",
    timeZone: ABSENT,
  };
  return [
    foreignBackup(resource, `KubeDB PostgresArchiver ${resource.name}`, databases, view, {
      what: "a KubeDB PostgresArchiver",
      method: snapshots ? "snapshot" : driver.state === "known" ? "physical" : "unknown",
      certain: paused.state !== "unknown",
      schedules: [schedule],
      continuous: known(true),
      deadlineSeconds: map(readString(props, "spec", "fullBackup", "timeout"), goSeconds),
      retention: retentionOf(reference(props, ["spec", "retentionPolicy"], namespace), view),
      // WAL without its base backup restores nothing, so the copy is where the snapshots are.
      stores: snapshots ? [SNAPSHOTS] : [store],
    }),
  ];
}

/** URNs of the Postgres resources whose `spec.archiver` names this archiver. */
function archived(archiver: PolicyResource, view: StackView): string[] {
  const own = kubernetesServer(archiver);
  return view
    .ofKind("kubedb.com", "Postgres")
    .filter((server) =>
      sameServer(reference(server.props, ["spec", "archiver", "ref"], kubernetesNamespace(server)), own),
    )
    .filter(({ props }) => !isYes(readBoolean(props, "spec", "archiver", "pause")))
    .map(({ urn }) => urn);
}
