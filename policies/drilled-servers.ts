import type { ExternalDrillDescriptor } from "../model/descriptor";
import { oneLine } from "../model/text";
import { SERVER_ANNOTATION } from "./stack/declared-server";
import type { Backup, Database } from "./stack/facts";
import type { StackIndex } from "./stack/index-stack";
import { majorOf } from "./stack/versions";
import { serverText } from "./stack/view";

/** Why what a drill declares cannot be relied on, and what to do. */
export interface Inconsistency {
  reason: string;
  remedy: string;
}

const KNOWN_AT_PREVIEW = "give the names of servers as plain values, so that they are known at preview";
const ONE_SERVER = "let the drill cover the server that it restores, and declare a drill for each other server";
const SAY_WHICH = `say which server it is of: by its host in plain text, or by the annotation ${SERVER_ANNOTATION}: namespace/name on the resource that makes the backup`;
const AS_IT_RUNS = "give the drill the restore path of what runs, and let it pass again";

/** What an external drill says that it covers must be what its evidence is about: the server that its target names. */
export function notTheDrilled(drill: ExternalDrillDescriptor, index: StackIndex): Inconsistency[] {
  const drilled = `${drill.target.namespace}/${drill.target.cluster}`;
  return drill.covers.flatMap((urn) => {
    const backup = index.backups.find((candidate) => candidate.urn === urn);
    const databases = databasesOf(backup?.databaseUrns ?? [urn], index);
    if (backup && !backup.server) return ofBackup(backup, databases, drill, index);
    const id = backup?.server ?? databases[0]?.id;
    if (!id) return [];
    if (id.namespace.state === "unknown" || id.name.state === "unknown")
      return [
        {
          reason: `it covers ${serverText(id)}, of which is unknown at preview whether it is ${drilled}, the server it drills`,
          remedy: KNOWN_AT_PREVIEW,
        },
      ];
    if (serverText(id) !== drilled)
      return [{ reason: `it covers ${serverText(id)}, and drills ${drilled}`, remedy: ONE_SERVER }];
    return databases.flatMap((database) => notAsItRuns(drill, database, index));
  });
}

/** A backup of several servers, or of one that nothing names: the drill is of one, and that must be among them. */
function ofBackup(
  { id }: Backup,
  databases: Database[],
  drill: ExternalDrillDescriptor,
  index: StackIndex,
): Inconsistency[] {
  const drilled = `${drill.target.namespace}/${drill.target.cluster}`;
  if (databases.length === 0)
    return [{ reason: `it covers ${id}, and nothing says of which server that is a backup`, remedy: SAY_WHICH }];
  const [database] = databases.filter((one) => serverText(one.id) === drilled);
  if (database) return notAsItRuns(drill, database, index);
  const named = databases.slice(0, 5).map((one) => serverText(one.id));
  return [{ reason: `it covers ${id}, a backup of ${named.join(", ")}, and drills ${drilled}`, remedy: ONE_SERVER }];
}

const databases = new WeakMap<Database[], Map<string, Database>>();

function databasesOf(urns: string[], index: StackIndex): Database[] {
  const known = databases.get(index.databases) ?? new Map(index.databases.map((one) => [one.urn, one]));
  databases.set(index.databases, known);
  return urns.flatMap((urn) => known.get(urn) ?? []);
}

/** A restore of another engine or version than runs says nothing of this one. */
function notAsItRuns({ restorePath }: ExternalDrillDescriptor, database: Database, index: StackIndex): Inconsistency[] {
  const found: Inconsistency[] = [];
  const id = serverText(database.id);
  const major = majorOf(database, index.view);
  if (major.state === "known" && major.value !== restorePath.postgresMajor)
    found.push({
      reason: `it drills PostgreSQL ${restorePath.postgresMajor}, and ${id} runs ${major.value}`,
      remedy: AS_IT_RUNS,
    });
  if (isOtherEngine(restorePath.engine, database.product))
    found.push({
      reason: oneLine(`it drills engine ${restorePath.engine}, and ${id} is ${database.what}`, 300),
      remedy: AS_IT_RUNS,
    });
  return found;
}

/** What is no PostgreSQL at all, … */
const NO_POSTGRES = /mysql|mariadb|mongo|redis|valkey|oracle|mssql|sql-?server|sqlite|cassandra|clickhouse|elastic/;
/** … and words for one product, by which no other is called. Other words, such as `postgresql`, say nothing. */
const PRODUCTS: [engine: RegExp, product: RegExp][] = [
  [/^(cloudnative-?pg|cnpg)\b/, /CloudNativePG|Helm/],
  [/^(crunchy|pgo\b)/, /Crunchy|Helm/],
  [/^(zalando|spilo)/, /Zalando|without an operator|Helm/],
  [/^stackgres/, /StackGres|Helm/],
  [/^kubedb/, /KubeDB/],
  [/^kubeblocks/, /KubeBlocks/],
  [/^percona/, /Percona|Helm|without an operator/],
  [/^(edb|enterprisedb)/, /EDB|Helm/],
  [/^(aws-)?aurora/, /Aurora/],
  [/^(aws-)?rds/, /^AWS/],
  [/^(gcp-|google-)?cloud-?sql/, /Cloud SQL/],
  [/^azure/, /Azure/],
];

function isOtherEngine(engine: string, product: string): boolean {
  if (NO_POSTGRES.test(engine)) return true;
  const known = PRODUCTS.find(([words]) => words.test(engine));
  return known !== undefined && !known[1].test(product);
}
