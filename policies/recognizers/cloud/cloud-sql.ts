import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, isNo, known, map, orElse, read, readBoolean, readNumber, readString } from "../../known";
import type { Recognizer } from "../../stack/recognizer";
import { given } from "../aws/values";
import { type Service, serviceBackup, serviceDatabase } from "./service";

/**
 * PostgreSQL on Google's Cloud SQL. Defaults are those of the provider's google_sql_database_instance and of the API
 * (settings.backupConfiguration): no backups unless they are switched on, then seven of them.
 */
export const cloudSql: Recognizer = {
  types: /^gcp:sql\/databaseInstance:DatabaseInstance$/,
  databases: (resource, view) => {
    if (!isPostgres(resource)) return [];
    const regional = map(
      orElse(readString(resource.props, "settings", "availabilityType"), known("ZONAL")),
      (type) => type === "REGIONAL",
    );
    return [
      serviceDatabase(resource, view, serviceOf(resource), {
        // A regional instance has a standby in another zone, which has each commit before the client.
        availability: { instances: map(regional, (yes) => (yes ? 2 : 1)), spread: regional, synchronous: regional },
        deletionProtection: orElse(readBoolean(resource.props, "settings", "deletionProtectionEnabled"), known(false)),
      }),
    ];
  },
  backups: (resource, view) => {
    const at = ["settings", "backupConfiguration"];
    const enabled = readBoolean(resource.props, ...at, "enabled");
    if (!isPostgres(resource) || isNo(enabled)) return [];
    const kept = readNumber(resource.props, ...at, "backupRetentionSettings", "retainedBackups");
    return [
      serviceBackup(resource, view, serviceOf(resource), {
        certain: enabled.state === "known",
        continuous: orElse(readBoolean(resource.props, ...at, "pointInTimeRecoveryEnabled"), known(false)),
        retention: { count: orElse(kept, known(7)), seconds: ABSENT, elsewhere: false },
      }),
    ];
  },
};

/** A version that is unknown may be PostgreSQL's. A replica loses what its primary loses. */
function isPostgres({ props }: PolicyResource): boolean {
  const version = readString(props, "databaseVersion");
  const replica = read(props, "masterInstanceName").state !== "absent";
  return !replica && (version.state === "unknown" || (version.state === "known" && /^POSTGRES/i.test(version.value)));
}

function serviceOf(resource: PolicyResource): Service {
  const name = given(resource, "name", readString(resource.props, "name"));
  return { product: "Cloud SQL", what: "a Cloud SQL instance of PostgreSQL", cloud: "gcp", name };
}
