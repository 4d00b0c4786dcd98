import type { z } from "zod";
import { parseInput } from "../../../model/problems";
import type { Analysis } from "../../../policies/analysis";
import { known } from "../../../policies/known";
import type { Finding } from "../../../policies/message";
import type { Rule } from "../../../policies/rule";
import { type GateConfiguration, readSettings } from "../../../policies/settings";
import type { Backup, Bucket, Database, RestoreTest, Schedule, Store } from "../../../policies/stack/facts";
import type { StackIndex } from "../../../policies/stack/index-stack";
import { StackView } from "../../../policies/stack/view";
import { newKeys, trusting } from "../../policy/support/evidence";

/**
 * Facts of a stack that no rule has anything to say about: production's server app/orders, backed up outside the
 * cluster and restored by a test. Tests of rules say what differs.
 */
const urn = (type: string, name: string) => `urn:pulumi:production::shop::${type}::${name}`;

export const DATABASE_URN = urn("kubernetes:postgresql.cnpg.io/v1:Cluster", "orders");
export const BACKUP_URN = urn("kubernetes:postgresql.cnpg.io/v1:ScheduledBackup", "nightly");
export const BUCKET_URN = urn("aws:s3/bucket:Bucket", "backups");
export const RESTORE_TEST_URN = urn("kubernetes:batch/v1:CronJob", "restore");
export const PINNED_IMAGE = `registry.example.com/postgresql:17.6@sha256:${"a".repeat(64)}`;

const DAY = 86_400;
const ORDERS = { namespace: known("app"), name: known("orders") };

export function aDatabase(changes: Partial<Database> = {}): Database {
  return {
    urn: DATABASE_URN,
    name: "orders",
    what: "a CloudNativePG Cluster",
    origin: "foreign",
    id: ORDERS,
    product: "CloudNativePG",
    availability: { instances: known(3), spread: known(true), synchronous: known(true) },
    deletionProtection: known(true),
    finalSnapshot: known(true),
    protect: true,
    dropsWal: known(false),
    images: [{ path: "spec.imageName", image: known(PINNED_IMAGE) }],
    plainText: [],
    ...changes,
  };
}

/** Every night at two, in UTC, in the five fields of a CronJob. */
export function aSchedule(changes: Partial<Schedule> = {}): Schedule {
  return { expression: known("0 2 * * *"), fields: 5, timeZone: known("UTC"), ...changes };
}

export function aStore(changes: Partial<Store> = {}): Store {
  return {
    kind: "s3",
    location: known("outside"),
    bucket: known("backups"),
    bucketUrns: [BUCKET_URN],
    encrypted: known(true),
    ...changes,
  };
}

export function aBackup(changes: Partial<Backup> = {}): Backup {
  return {
    urn: BACKUP_URN,
    name: "nightly",
    what: "a CloudNativePG ScheduledBackup",
    origin: "foreign",
    id: "app/orders (ScheduledBackup nightly)",
    server: ORDERS,
    database: known("*"),
    databaseUrns: [DATABASE_URN],
    method: "physical",
    certain: true,
    schedules: [aSchedule()],
    continuous: known(false),
    deadlineSeconds: known(3600),
    retention: { count: known(30), seconds: known(30 * DAY), elsewhere: false },
    stores: [aStore()],
    images: [{ path: "spec.image", image: known(PINNED_IMAGE) }],
    plainText: [],
    ...changes,
  };
}

export function aBucket(changes: Partial<Bucket> = {}): Bucket {
  return {
    urn: BUCKET_URN,
    name: "backups",
    what: "an S3 bucket",
    origin: "foreign",
    bucket: known("backups"),
    encrypted: known(true),
    private: known(true),
    versioned: known(true),
    immutable: known(true),
    lockEnabled: known(true),
    expirySeconds: known(90 * DAY),
    forceDestroy: known(false),
    protect: true,
    ...changes,
  };
}

export function aRestoreTest(changes: Partial<RestoreTest> = {}): RestoreTest {
  return {
    urn: RESTORE_TEST_URN,
    name: "restore",
    what: "a CronJob that runs pg_restore",
    origin: "foreign",
    covers: [BACKUP_URN, DATABASE_URN],
    copies: known("outside"),
    schedules: [aSchedule()],
    ...changes,
  };
}

/** What a test says of a stack; what it leaves out is not in the stack. */
export type Facts = Partial<Omit<StackIndex, "view">>;

/** Everything of the stack that no rule refuses. */
export function safeFacts(): Facts {
  return {
    databases: [aDatabase()],
    backups: [aBackup()],
    buckets: [aBucket()],
    restoreTests: [aRestoreTest()],
  };
}

export function indexOf(facts: Facts): StackIndex {
  const view = new StackView([]);
  const { databases = [], backups = [], buckets = [] } = facts;
  Object.assign(view, { databases, backups, buckets });
  return {
    clusters: [],
    storages: [],
    ownBackups: [],
    drills: [],
    restoreTests: [],
    databases,
    backups,
    buckets,
    ...facts,
    view,
  };
}

const KEYS = newKeys();

/** The gate's configuration in `environment`: local and develop are the first ones, production is the last. */
export function gateIn(environment: string, settings: object = {}): GateConfiguration {
  const gate = readSettings({ environment, trustedKeys: trusting(KEYS), ...settings });
  if (!gate.ok) throw new Error(gate.problems.join("\n"));
  return gate;
}

export const PRODUCTION = gateIn("production");

export interface Circumstances {
  gate?: GateConfiguration;
  /** The rule's own settings, as --policy-pack-config gives them. */
  config?: object;
  now?: Date;
  /** What the rules before it said. */
  spoken?: Analysis["spoken"];
  shown?: Analysis["shown"];
}

/** What `rule` finds in a stack of `facts`: in production, with the rule's own defaults, unless the test says otherwise. */
export function findings<S extends z.ZodType>(
  rule: Rule<S>,
  facts: Facts,
  { gate = PRODUCTION, config = {}, now = new Date(), spoken = [], shown = [] }: Circumstances = {},
): Finding[] {
  const settings = (rule.config ? parseInput(rule.config, config, rule.name) : undefined) as z.output<S>;
  return rule.check({ index: indexOf(facts), gate, now, spoken, shown, config: settings });
}
