import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, map, type Reading, read, readBoolean, readNumber, readString, unknown } from "../../known";
import type { Backup, Database, ServerId } from "../../stack/facts";
import type { Recognizer } from "../../stack/recognizer";
import { type StackView, serverText } from "../../stack/view";
import { given, isSet, withDefault } from "./values";

export const INSTANCE = "aws:rds/instance:Instance";
export const CLUSTER = "aws:rds/cluster:Cluster";
const CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const DAY = 86_400;

/**
 * PostgreSQL on RDS and Aurora, and the automated backups that come with it. The defaults named here are those of the
 * provider's documentation of aws.rds.Instance and aws.rds.Cluster and of the RDS API (CreateDBInstance, CreateDBCluster).
 */
export const awsRds: Recognizer = {
  types: /^aws:rds\/(instance:Instance|cluster:Cluster)$/,
  databases: (resource, view) => (isPostgres(resource) && !isReplica(resource) ? [database(resource, view)] : []),
  backups: (resource, view) => (isPostgres(resource) && !isReplica(resource) ? automatedBackups(resource, view) : []),
};

/** The DB instance's or cluster's identifier. */
export function identifier(resource: PolicyResource): Reading<string> {
  return readString(resource.props, resource.type === CLUSTER ? "clusterIdentifier" : "identifier");
}

/** Aurora, as opposed to RDS instances and to RDS's Multi-AZ clusters, whose engine is plain `postgres`. */
export function isAurora(resource: PolicyResource): boolean {
  const engine = readString(resource.props, "engine");
  return resource.type === CLUSTER && !(engine.state === "known" && /^postgres$/i.test(engine.value));
}

/** Storage that is not encrypted has backups that are not encrypted. */
export function storageEncrypted(resource: PolicyResource): Reading<boolean> {
  const reading = given(resource, "storageEncrypted", readBoolean(resource.props, "storageEncrypted"));
  if (reading.state !== "absent") return reading;
  // What is restored is encrypted if what it is restored from is.
  if (isRestored(resource)) return unknown("storageEncrypted");
  const mode = readString(resource.props, "engineMode");
  return known(mode.state === "known" && mode.value === "serverless");
}

/** An engine that is unknown, or that a snapshot will tell, may be PostgreSQL. */
function isPostgres(resource: PolicyResource): boolean {
  const engine = readString(resource.props, "engine");
  return engine.state !== "known" || /^(aurora-postgresql|postgres)$/i.test(engine.value);
}

/** A copy of another database, which loses what that one loses. */
function isReplica(resource: PolicyResource): boolean {
  if (resource.type === INSTANCE) return isGiven(resource, "replicateSourceDb");
  if (isGiven(resource, "replicationSourceIdentifier")) return true;
  // In a global database the primary cluster has a master user of its own or was restored; the secondaries follow it.
  const own = ["masterPassword", "masterPasswordWoVersion", "manageMasterUserPassword"];
  return (
    isGiven(resource, "globalClusterIdentifier") &&
    !isRestored(resource) &&
    !own.some((property) => isGiven(resource, property))
  );
}

function isRestored(resource: PolicyResource): boolean {
  return ["snapshotIdentifier", "restoreToPointInTime", "s3Import"].some((property) => isGiven(resource, property));
}

function isGiven(resource: PolicyResource, property: string): boolean {
  const reading = read(resource.props, property);
  // The only one of these that AWS may fill in: an instance's snapshotIdentifier.
  return isSet(property === "snapshotIdentifier" ? given(resource, property, reading) : reading);
}

function server(resource: PolicyResource): ServerId {
  return { namespace: known("aws"), name: identifier(resource) };
}

function whatOf(resource: PolicyResource): string {
  if (resource.type === INSTANCE) return "an RDS instance";
  return isAurora(resource) ? "an Aurora cluster" : "an RDS Multi-AZ cluster";
}

function database(resource: PolicyResource, view: StackView): Database {
  const { urn, name, props, opts } = resource;
  return {
    urn,
    name,
    what: whatOf(resource),
    origin: view.origin(resource),
    id: server(resource),
    product: isAurora(resource) ? "AWS Aurora" : "AWS RDS",
    availability: availability(resource, view),
    deletionProtection: withDefault(readBoolean(props, "deletionProtection"), false),
    // Without the final snapshot's name the deletion fails, which protects the data as well.
    finalSnapshot: map(withDefault(readBoolean(props, "skipFinalSnapshot"), false), (skipped) => !skipped),
    protect: opts.protect,
    // The WAL goes to the service's own archive; nobody can tell it to forget some.
    dropsWal: known(false),
    images: [],
    // `password` must be given somehow, and a stack policy sees a Pulumi secret and a literal alike: nothing can be said.
    plainText: [],
  };
}

function availability(resource: PolicyResource, view: StackView): Database["availability"] {
  if (resource.type === INSTANCE) {
    const multiAz = withDefault(given(resource, "multiAz", readBoolean(resource.props, "multiAz")), false);
    // The standby is in another zone and gets each commit before the client does: "Multi-AZ DB instance deployments".
    return { instances: map(multiAz, (yes) => (yes ? 2 : 1)), spread: multiAz, synchronous: multiAz };
  }
  // A writer and two readable standbys in three zones, one of which acknowledges each commit: "Multi-AZ DB cluster".
  if (!isAurora(resource)) return { instances: known(3), spread: known(true), synchronous: known(true) };
  const instances = view.referring([CLUSTER_INSTANCE], "clusterIdentifier", resource, identifier(resource));
  // Each write goes to six copies of the storage in three zones, and four must have it: "Amazon Aurora storage".
  return { instances: known(instances.length), spread: spread(instances), synchronous: known(true) };
}

/** Whether Aurora's storage has instances in more than one zone to serve it; without a wish, AWS spreads them. */
function spread(instances: PolicyResource[]): Reading<boolean> {
  if (instances.length < 2) return known(false);
  const zones = instances.map((i) => given(i, "availabilityZone", readString(i.props, "availabilityZone")));
  if (zones.some(({ state }) => state === "absent")) return known(true);
  const names = new Set(zones.flatMap((zone) => (zone.state === "known" ? zone.value : [])));
  if (names.size > 1) return known(true);
  return zones.every(({ state }) => state === "known") ? known(false) : unknown("availabilityZone");
}

/** Zero days switch them off. Aurora always has them, for one day at least; an instance has none unless it says so. */
function automatedBackups(resource: PolicyResource, view: StackView): Backup[] {
  const days = retentionDays(resource);
  if (days.state === "known" && days.value === 0) return [];
  const id = server(resource);
  const named = id.name.state === "known" ? "" : ` of ${resource.name}`;
  return [
    {
      urn: resource.urn,
      name: resource.name,
      what: `the automated backups of ${whatOf(resource)}`,
      origin: view.origin(resource),
      id: `${serverText(id)} (automated backups${named})`,
      server: id,
      database: known("*"),
      databaseUrns: [resource.urn],
      method: "managed",
      certain: days.state === "known" || resource.type === CLUSTER,
      // A snapshot in the daily window, and the logs every five minutes: "Introduction to backups", Amazon RDS User Guide.
      schedules: [{ expression: known("rate(1 day)"), fields: "aws", timeZone: known("UTC") }],
      continuous: known(true),
      deadlineSeconds: ABSENT,
      retention: { count: ABSENT, seconds: map(days, (value) => value * DAY), elsewhere: false },
      stores: [
        {
          kind: "rds",
          location: location(resource),
          bucket: ABSENT,
          bucketUrns: [],
          encrypted: storageEncrypted(resource),
        },
      ],
      images: [],
      plainText: [],
    },
  ];
}

function retentionDays(resource: PolicyResource): Reading<number> {
  const days = given(resource, "backupRetentionPeriod", readNumber(resource.props, "backupRetentionPeriod"));
  if (days.state !== "absent") return days;
  // What is restored keeps the period that its source had.
  if (isRestored(resource)) return unknown("backupRetentionPeriod");
  return known(resource.type === CLUSTER ? 1 : 0);
}

/**
 * Automated backups lie in S3 of the region, so they survive the loss of the database's own storage and zones, unless they
 * stay on the Outpost. That deleting the database deletes them too (deleteAutomatedBackups, by default) is another danger:
 * protected-from-deletion speaks of it.
 */
function location(resource: PolicyResource): Reading<"inside" | "outside"> {
  const target = withDefault(given(resource, "backupTarget", readString(resource.props, "backupTarget")), "region");
  return map(target, (value) => (value === "outposts" ? "inside" : "outside"));
}
