import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, firstSaid, known, map, orElse, type Reading, readNumber, readString } from "../../known";
import type { Recognizer } from "../../stack/recognizer";
import { type Service, serviceBackup, serviceDatabase } from "./service";

const DAY = 86_400;

/**
 * Azure Database for PostgreSQL, by either provider. Its automated backups cannot be switched off: daily snapshots, and the
 * WAL all the time, for seven days unless it says more ("Backup and restore in Azure Database for PostgreSQL").
 */
export const azurePostgres: Recognizer = {
  types:
    /^(azure:postgresql\/(?:flexibleServer:FlexibleServer|server:Server)|azure-native:dbforpostgresql(?:\/v\w+)?:(?:FlexibleServer|Server|SingleServer))$/,
  databases: (resource, view) => {
    if (isReplica(resource)) return [];
    const mode = firstSaid([readString(resource.props, "highAvailability", "mode"), known("Disabled")]);
    const standby = map(mode, (value) => /redundant|samezone/i.test(value));
    return [
      serviceDatabase(resource, view, serviceOf(resource), {
        availability: {
          instances: map(standby, (yes) => (yes ? 2 : 1)),
          spread: map(mode, (value) => /zoneredundant/i.test(value)),
          synchronous: standby,
        },
        deletionProtection: ABSENT,
      }),
    ];
  },
  backups: (resource, view) => {
    if (isReplica(resource)) return [];
    const { props } = resource;
    const days: Reading<number> = firstSaid([
      readNumber(props, "backup", "backupRetentionDays"),
      readNumber(props, "backupRetentionDays"),
    ]);
    return [
      serviceBackup(resource, view, serviceOf(resource), {
        certain: true,
        continuous: known(true),
        retention: { count: ABSENT, seconds: map(orElse(days, known(7)), (value) => value * DAY), elsewhere: false },
      }),
    ];
  },
};

/** A replica loses what its primary loses. */
function isReplica({ props }: PolicyResource): boolean {
  const mode = firstSaid([readString(props, "createMode"), readString(props, "properties", "createMode")]);
  return mode.state === "known" && /replica/i.test(mode.value);
}

function serviceOf(resource: PolicyResource): Service {
  const name = firstSaid([readString(resource.props, "serverName"), readString(resource.props, "name")]);
  return { product: "Azure", what: "a server of Azure Database for PostgreSQL", cloud: "azure", name };
}
