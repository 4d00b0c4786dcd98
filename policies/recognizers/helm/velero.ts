import type { PolicyResource } from "@pulumi/policy";
import { type Reading, readBoolean, readKeys, readList, readPartly, readString, UNKNOWN } from "../../known";
import { type StackView, sameReading } from "../../stack/view";
import { fullName, or, type Release, releasesOf, rendered } from "./chart";

/** Velero's chart (github.com/vmware-tanzu/helm-charts, charts/velero): schedules, locations and the server's flags. */

const VELERO = "kubernetes:velero.io/v1";

/** `schedules` is a map of names (templates/schedule.yaml). */
export function veleroSchedules(release: Release): PolicyResource[] {
  const schedules = release.value("schedules");
  if (schedules === UNKNOWN) return [rendered(release, `${VELERO}:Schedule`, UNKNOWN, { spec: UNKNOWN })];
  const prefix = fullName(release);
  return readKeys(schedules).flatMap((key) => {
    const schedule = readPartly(schedules, key);
    const disabled = readPartly(schedule, "disabled");
    if (disabled === true) return [];
    const name = typeof prefix === "string" ? `${prefix}-${key}` : UNKNOWN;
    const spec = {
      schedule: readPartly(schedule, "schedule"),
      paused: disabled === UNKNOWN ? UNKNOWN : readPartly(schedule, "paused"),
      template: readPartly(schedule, "template"),
    };
    const resource = rendered(release, `${VELERO}:Schedule`, name, { spec });
    return [{ ...resource, name: `${resource.name}, ${key}` }];
  });
}

/** `configuration.backupStorageLocation`: a list, and one object in the chart before version 4. */
function locations(release: Release): PolicyResource[] {
  const listed = release.value("configuration", "backupStorageLocation");
  const entries = Array.isArray(listed) ? readList({ listed }, "listed") : listed === undefined ? [] : [listed];
  return entries.map((entry) => {
    const spec = {
      provider: readPartly(entry, "provider"),
      default: readPartly(entry, "default"),
      objectStorage: { bucket: readPartly(entry, "bucket") },
      config: readPartly(entry, "config"),
    };
    const name = or(readPartly(entry, "name") ?? undefined, "default");
    return rendered(release, `${VELERO}:BackupStorageLocation`, name, { spec });
  });
}

/** What the chart has declared in Velero's namespace for the Velero that runs there. */
export interface VeleroServer {
  locations: PolicyResource[];
  /** A flag of the server, which a backup follows that does not say otherwise. */
  flag(key: "defaultVolumesToFsBackup" | "defaultSnapshotMoveData"): Reading<boolean>;
  defaultBackupTTL: Reading<string>;
}

export function veleroServer(namespace: Reading<string>, view: StackView): VeleroServer | undefined {
  const release = releasesOf("velero", view).find((candidate) =>
    sameReading(readString({ namespace: candidate.namespace }, "namespace"), namespace),
  );
  if (!release) return undefined;
  const values = { configuration: release.value("configuration") };
  return {
    locations: locations(release),
    flag: (key) => readBoolean(values, "configuration", key),
    defaultBackupTTL: readString(values, "configuration", "defaultBackupTTL"),
  };
}
