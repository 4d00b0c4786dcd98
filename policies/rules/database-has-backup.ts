import { oneLine } from "../../model/text";
import type { Finding } from "../message";
import { type Rule, stackPolicy } from "../rule";
import { isFirst } from "../settings";
import type { Backup, Database, ServerId } from "../stack/facts";
import { databaseText, listText } from "../stack/text";
import { sameServer } from "../stack/view";

/**
 * Every database has at least one backup, outside the first environments.
 *
 * Severity: critical. Page: docs/policies/database-has-backup.md
 */
export const rule: Rule = {
  name: "database-has-backup",
  description: "Outside the first environments, every database has a backup.",
  level: "mandatory",
  severity: "critical",
  remedy: "Declare a backup of the database, and the restore drill that goes with it.",
  check: ({ index, gate }) =>
    isFirst(gate) ? [] : index.databases.flatMap((database) => withoutBackup(database, index.backups)),
};

export const databaseHasBackup = stackPolicy(rule);

function withoutBackup(database: Database, backups: Backup[]): Finding[] {
  if (backups.some((backup) => backup.certain && backup.doesNotCount === undefined && isOf(backup, database)))
    return [];
  const partial = backups.filter((backup) => backup.doesNotCount !== undefined && isOf(backup, database));
  const counting = backups.filter(({ doesNotCount }) => doesNotCount === undefined);
  const possible = counting.filter((backup) => isOf(backup, database) || mayBeOf(backup, database));
  const doubtful = possible.filter(({ certain }) => !certain);
  const homeless = possible.filter(({ certain }) => certain);
  const reasons = [
    ...partial.slice(0, 5).map(({ id, doesNotCount }) => `${oneLine(id, 200)} does not count: ${doesNotCount}`),
    ...(homeless.length > 0
      ? [`the stack has backups, and none of them can be told to be of this database: ${ids(homeless)}`]
      : []),
    ...(doubtful.length > 0 ? [`whether these are backups that run is unknown at preview: ${ids(doubtful)}`] : []),
  ];
  return [
    {
      urn: database.urn,
      verdict: `${databaseText(database)} has no backup.`,
      reasons: reasons.length > 0 ? reasons : [`it is ${database.what}, and no backup in the stack is of it`],
      remedies: [
        howTo(database),
        ...(homeless.length > 0
          ? ["if one of those backups is of it, let the backup name the server, with a value that is known at preview"]
          : []),
        ...(doubtful.length > 0
          ? ["if one of them is its backup, make known at preview what it runs and that it is not suspended"]
          : []),
      ],
    },
  ];
}

function isOf({ databaseUrns, server }: Backup, database: Database): boolean {
  return databaseUrns.includes(database.urn) || (server !== undefined && sameServer(server, database.id));
}

/** Nothing says that it is of this database, and nothing says that it is not. It is named, never counted. */
function mayBeOf({ databaseUrns, server }: Backup, database: Database): boolean {
  return databaseUrns.length === 0 && (server === undefined || !differ(server, database.id));
}

/** One known part that is another is enough: the same name in another namespace is another server. */
function differ(a: ServerId, b: ServerId): boolean {
  return (["namespace", "name"] as const).some((part) => {
    const [one, other] = [a[part], b[part]];
    return one.state === "known" && other.state === "known" && one.value !== other.value;
  });
}

const ids = (backups: Backup[]) => listText(backups.map(({ id }) => id));

/** What each product calls its own backups. */
const OWN_BACKUPS: Record<string, string> = {
  CloudNativePG: "a ScheduledBackup (WAL archiving alone restores nothing: it needs a base backup to start from)",
  "Crunchy PGO": "schedules of a repository in spec.backups.pgbackrest.repos",
  Zalando: "spec.enableLogicalBackup",
  StackGres: "spec.configurations.backups",
  KubeDB: "a BackupConfiguration of KubeStash",
  EDB: "a ScheduledBackup",
  Percona: "schedules of a repository in spec.backups.pgbackrest.repos",
  KubeBlocks: "spec.backup with enabled: true",
  "Cloud SQL": "settings.backupConfiguration with enabled: true",
  "AWS RDS": "a backupRetentionPeriod of at least 1 (0 switches backups off)",
};

function howTo(database: Database): string {
  const own = OWN_BACKUPS[database.product];
  const text = databaseText(database);
  if (database.product.startsWith("AWS")) return `give ${text} ${own ?? "automated backups or an AWS Backup plan"}`;
  return `declare a LogicalBackup of ${text}${own ? `, or ${own}` : ""}`;
}
