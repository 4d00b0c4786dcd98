import type { PolicyResource } from "@pulumi/policy";
import { goSeconds } from "../../../model/go-duration";
import { ABSENT, isYes, known, map, readBoolean, readNumber, readPartly, readString } from "../../known";
import type { Backup } from "../../stack/facts";
import type { Recognizer } from "../../stack/recognizer";
import { kubernetesKind, kubernetesNamespace, type StackView } from "../../stack/view";
import { SNAPSHOTS } from "../shared/backup-stores";
import { databaseOfClaim, databasesInNamespace, selectedBy } from "../shared/covered-databases";
import { namesPostgres } from "../shared/dump-words";
import { foreignBackup } from "../shared/foreign-backup";
import { FOREVER } from "../shared/keep-words";
import { longhornBackup } from "./longhorn";

/**
 * Snapshots of volumes: one at a time (snapshot.storage.k8s.io), on snapscheduler's schedule (snapscheduler.backube) and
 * on Longhorn's. They are backups of a database when a claim of its is among the volumes.
 */
export const volumeSnapshots: Recognizer = {
  types:
    /^kubernetes:(snapshot\.storage\.k8s\.io\/[^:]+:VolumeSnapshot|snapscheduler\.backube\/[^:]+:SnapshotSchedule|longhorn\.io\/[^:]+:RecurringJob)(Patch)?$/,
  backups: (resource, view) => {
    const kind = kubernetesKind(resource.type)?.kind;
    if (kind === "VolumeSnapshot") return single(resource, view);
    return kind === "RecurringJob" ? longhornBackup(resource, view) : scheduled(resource, view);
  },
};

/** A snapshot of a claim. One that takes over what a storage system already has (`volumeSnapshotContentName`) takes none. */
function single(resource: PolicyResource, view: StackView): Backup[] {
  const namespace = kubernetesNamespace(resource);
  const claim = readString(resource.props, "spec", "source", "persistentVolumeClaimName");
  if (claim.state === "absent") return [];
  const database = databaseOfClaim(namespace, claim, view);
  const near = databasesInNamespace(namespace, view);
  const unclear = claim.state === "unknown" && (near.databases.length > 0 || near.doubtful);
  const named = namesPostgres([
    resource.name,
    readPartly(resource.props, "metadata", "name"),
    readPartly(resource.props, "spec", "source"),
  ]);
  if (!database && !unclear && !named) return [];
  return [
    foreignBackup(resource, `VolumeSnapshot ${resource.name}`, database ? [database] : [], view, {
      what: "a VolumeSnapshot",
      method: "snapshot",
      certain: claim.state === "known",
      // Taken once, when it is made.
      schedules: [],
      retention: { ...FOREVER, count: known(1) },
      stores: [SNAPSHOTS],
    }),
  ];
}

function scheduled(resource: PolicyResource, view: StackView): Backup[] {
  const { props } = resource;
  const disabled = readBoolean(props, "spec", "disabled");
  if (isYes(disabled)) return [];
  const inside = databasesInNamespace(kubernetesNamespace(resource), view);
  const { databases, doubtful } = selectedBy([readPartly(props, "spec", "claimSelector")], inside);
  const clues = [resource.name, readPartly(props, "metadata", "name"), readPartly(props, "spec", "claimSelector")];
  const named = namesPostgres(clues);
  if (databases.length === 0 && !doubtful && !named) return [];
  return [
    foreignBackup(resource, `SnapshotSchedule ${resource.name}`, databases, view, {
      what: "a snapscheduler SnapshotSchedule",
      method: "snapshot",
      certain: disabled.state !== "unknown" && (databases.length > 0 || named),
      schedules: [{ expression: readString(props, "spec", "schedule"), fields: "any", timeZone: ABSENT }],
      retention: retentionOf(resource),
      stores: [SNAPSHOTS],
    }),
  ];
}

/** By number for each claim, by age, or both. snapscheduler deletes nothing otherwise. */
function retentionOf({ props }: PolicyResource): Backup["retention"] {
  const count = readNumber(props, "spec", "retention", "maxCount");
  const seconds = map(readString(props, "spec", "retention", "expires"), goSeconds);
  return count.state === "absent" && seconds.state === "absent" ? FOREVER : { count, seconds, elsewhere: false };
}
