import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, isYes, known, map, type Reading, readBoolean, readString, unknown } from "../../known";
import { endpointLocation } from "../../stack/endpoint";
import type { Backup, Store } from "../../stack/facts";
import { kubernetesName, kubernetesNamespace, type StackView, sameReading } from "../../stack/view";
import { veleroServer } from "../helm/velero";
import { objectStore, SNAPSHOTS, unknownStore } from "../shared/backup-stores";

/** How and where to a Velero backup copies volumes. */
export interface Copying {
  method: Backup["method"];
  stores: Store[];
  /** False when it may be that no data are copied at all. */
  certain: boolean;
}

/**
 * With file-system backup, or with snapshots that are moved, data end in the BackupStorageLocation; otherwise volumes
 * are snapshotted where they are, and only manifests leave the cluster. Without its own word a backup follows the
 * server's flags, whose defaults (`--default-volumes-to-fs-backup`, `--default-snapshot-move-data`) are false.
 */
export function methodAndStores(resource: PolicyResource, path: string[], view: StackView): Copying {
  const server = veleroServer(kubernetesNamespace(resource), view);
  const flag = (key: string) => readBoolean(resource.props, ...path, key);
  const files = first(
    flag("defaultVolumesToFsBackup"),
    flag("defaultVolumesToRestic"),
    server?.flag("defaultVolumesToFsBackup"),
  );
  const moved = first(flag("snapshotMoveData"), server?.flag("defaultSnapshotMoveData"));
  const store = () => locationStore(resource, path, view);
  if (isYes(files) || isYes(moved)) return { method: "volume", stores: [store()], certain: true };
  const doubt = [files, moved].find(({ state }) => state === "unknown");
  if (doubt?.state === "unknown")
    return { method: "unknown", stores: [{ ...SNAPSHOTS, location: unknown(doubt.path) }], certain: true };
  const snapshots = flag("snapshotVolumes");
  if (snapshots.state === "known" && !snapshots.value)
    // Only volumes whose pods ask for it by an annotation are copied, which the pods' own declaration says.
    return { method: "unknown", stores: [store()], certain: false };
  return { method: "snapshot", stores: [SNAPSHOTS], certain: snapshots.state !== "unknown" };
}

/** The first that says anything. */
const first = (...readings: (Reading<boolean> | undefined)[]): Reading<boolean> =>
  readings.find((reading) => reading !== undefined && reading.state !== "absent") ?? ABSENT;

/** Providers by their plugins' names: `aws`, `velero.io/aws`; `aws` speaks to every S3-compatible store. */
const PROVIDERS: [RegExp, Store["kind"]][] = [
  [/(^|\/)aws$/, "s3"],
  [/(^|\/)gcp$/, "gcs"],
  [/(^|\/)azure$/, "azure"],
];

/**
 * The BackupStorageLocation that the backup names; else the default one, or the one called `default`. Not counted as
 * encrypted: the repositories' password is a public one unless somebody sets another (pkg/repository/keys).
 */
function locationStore(resource: PolicyResource, path: string[], view: StackView): Store {
  const named = readString(resource.props, ...path, "storageLocation");
  if (named.state === "unknown") return unknownStore(named.path);
  const namespace = kubernetesNamespace(resource);
  const locations = [
    ...view.ofKind("velero.io", "BackupStorageLocation"),
    ...(veleroServer(namespace, view)?.locations ?? []),
  ].filter((location) => sameReading(kubernetesNamespace(location), namespace));
  const called = (name: string) => locations.find((location) => sameReading(kubernetesName(location), known(name)));
  const found =
    named.state === "known"
      ? called(named.value)
      : (locations.find(({ props }) => isYes(readBoolean(props, "spec", "default"))) ?? called("default"));
  if (!found) {
    const name = named.state === "known" ? named.value : "default";
    return unknownStore(`the BackupStorageLocation ${name}, which this stack does not declare`);
  }
  const provider = readString(found.props, "spec", "provider");
  const url = readString(found.props, "spec", "config", "s3Url");
  return objectStore(
    {
      kind: kindOf(provider),
      bucket: readString(found.props, "spec", "objectStorage", "bucket"),
      location: provider.state === "unknown" ? provider : endpointLocation(map(url, (text) => text || undefined)),
      encrypted: ABSENT,
    },
    found,
    "spec",
    view,
  );
}

function kindOf(provider: Reading<string>): Store["kind"] {
  if (provider.state !== "known") return "other";
  return PROVIDERS.find(([pattern]) => pattern.test(provider.value))?.[1] ?? "other";
}
