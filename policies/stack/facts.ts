import type { Reading } from "../known";

/**
 * What the rules know of a stack, whatever product declared it: recognizers read resources once and say it in these
 * words, and no rule needs to know Velero from Zalando. Whatever could not be read says so (unknown, absent).
 */

/** A resource, as messages speak of it. */
export interface Subject {
  urn: string;
  /** The resource's name in Pulumi. */
  name: string;
  /** With its article: `a CloudNativePG Cluster`, `a CronJob that runs pg_dump`. Never a property's value. */
  what: string;
  /** Whether this library declared it; everything else is foreign. */
  origin: "restorable" | "foreign";
}

/**
 * A database server's identity: equal and known in both parts means the same server. In Kubernetes the namespace and
 * the custom resource's name; for RDS and Aurora the namespace is `aws` and the name the identifier.
 */
export interface ServerId {
  namespace: Reading<string>;
  name: Reading<string>;
}

/** A container or server image, and where it stands (`spec.imageName`). */
export interface ImageUse {
  path: string;
  image: Reading<string>;
}

/** A credential that stands in plain text in a resource: where, never what. */
export interface PlainText {
  /** Such as `spec.template.spec.containers[0].env.PGPASSWORD`. */
  path: string;
}

/** A PostgreSQL server (or cluster of them), by whatever product. */
export interface Database extends Subject {
  id: ServerId;
  /** The product, in its own spelling: `CloudNativePG`, `Crunchy PGO`, `Zalando`, `StackGres`, `AWS RDS`, `AWS Aurora`. */
  product: string;
  availability: {
    instances: Reading<number>;
    /** Instances on different nodes (Kubernetes) or in different zones (AWS), as a requirement. */
    spread: Reading<boolean>;
    /** A commit waits for at least one other instance. */
    synchronous: Reading<boolean>;
  };
  /** What the platform itself offers against deletion (RDS); absent where there is no such thing. */
  deletionProtection: Reading<boolean>;
  /** Whether data survive the resource's deletion by a final snapshot (RDS); absent where there is no such thing. */
  finalSnapshot: Reading<boolean>;
  /** Pulumi's own `protect` option, on the resource or on a component above it. */
  protect: boolean;
  /** Whether it can drop WAL that it has acknowledged as archived (pgBackRest's archive-push-queue-max). */
  dropsWal: Reading<boolean>;
  images: ImageUse[];
  plainText: PlainText[];
}

export interface Schedule {
  expression: Reading<string>;
  /**
   * How many fields its product reads; `aws` for `cron(…)` and `rate(…)`; where it takes macros such as `@daily`, too:
   * `any` for five fields and a time zone before them, `cronjob` for five without one, `k8up` for its own macros as
   * well, `cnpg` for six.
   */
  fields: 5 | 6 | "aws" | "any" | "cronjob" | "k8up" | "cnpg";
  timeZone: Reading<string>;
}

/** How a Kubernetes CronJob or Job is bounded. */
export interface JobBounds {
  kind: "CronJob" | "Job";
  concurrencyPolicy: Reading<string>;
  startingDeadlineSeconds: Reading<number>;
  activeDeadlineSeconds: Reading<number>;
  backoffLimit: Reading<number>;
  successfulJobsHistoryLimit: Reading<number>;
  failedJobsHistoryLimit: Reading<number>;
  ttlSecondsAfterFinished: Reading<number>;
  timeZone: Reading<string>;
}

/** One place where copies of a backup lie. */
export interface Store {
  kind: "s3" | "gcs" | "azure" | "volume" | "nfs" | "snapshot" | "rds" | "aws-backup" | "other";
  /**
   * `outside`: survives the loss of the cluster (for AWS: of the database and, by default, its region's service
   * failing it). `inside`: on the cluster's own volumes, snapshots or servers.
   */
  location: Reading<"inside" | "outside">;
  /** The bucket's name, to be found among the stack's buckets. */
  bucket: Reading<string>;
  /** URNs of buckets and vaults in the stack that this store refers to, by name or by dependency. */
  bucketUrns: string[];
  /** Another stack declares it, so that nothing of it can be told from here. */
  elsewhere?: boolean;
  /** Encrypted before it leaves (pgBackRest's cipher, restic and kopia repositories, age), or by the store as declared. */
  encrypted: Reading<boolean>;
}

/** Something that makes backups: a schedule of dumps, of base backups with or without WAL, of snapshots. */
export interface Backup extends Subject {
  /** Identity for people: `app/orders/orders`, `app/orders (ScheduledBackup nightly)`. No secret is in it. */
  id: string;
  /** Of what: the server, when the backup says so; and the database in it, `*` for the whole server. */
  server: ServerId | undefined;
  database: Reading<string>;
  /** URNs of the databases in the stack of which it is a backup. */
  databaseUrns: string[];
  method: "logical" | "physical" | "snapshot" | "volume" | "managed" | "unknown";
  /** False when a value that decides whether this is a backup at all is unknown at preview. */
  certain: boolean;
  /** Why it is no backup of its database, though it takes something: it is suspended, or of a part. One line for people. */
  doesNotCount?: string;
  /** What it leaves out, as far as its own declaration says so. */
  leavesOut?: string[];
  schedules: Schedule[];
  /** WAL is archived all the time, so that little is lost between schedules. */
  continuous: Reading<boolean>;
  /** The longest that one run may take, in seconds. */
  deadlineSeconds: Reading<number>;
  /** How old what a run stores may be already, in seconds; absent or undefined: it is of the run's beginning. */
  behindSeconds?: Reading<number>;
  retention: {
    /** How many are kept. */
    count: Reading<number>;
    /** How long each is kept, in seconds. */
    seconds: Reading<number>;
    /** Kept elsewhere than in this stack's declaration, so that nothing can be said (a repository's own policy). */
    elsewhere: boolean;
  };
  stores: Store[];
  job?: JobBounds;
  images: ImageUse[];
  plainText: PlainText[];
}

/** An object store's bucket that this stack declares. Facts of the satellites (versioning, lifecycle…) are merged in. */
export interface Bucket extends Subject {
  bucket: Reading<string>;
  encrypted: Reading<boolean>;
  /** Nobody outside can read it: public access is blocked in all four ways. */
  private: Reading<boolean>;
  versioned: Reading<boolean>;
  /** Object Lock (or a vault's lock) with a default retention. */
  immutable: Reading<boolean>;
  /** Object Lock is switched on, whatever its default retention. */
  lockEnabled: Reading<boolean>;
  /** The shortest expiry of current objects among its lifecycle rules, in seconds; absent: nothing expires. */
  expirySeconds: Reading<number>;
  forceDestroy: Reading<boolean>;
  /** Whoever keeps it deletes it only when it is empty, or by force. */
  keepsItself?: boolean;
  protect: boolean;
}

/** Something that restores: it may count as a tested restore path for what it covers, or it may not, and why. */
export interface RestoreTest extends Subject {
  /** URNs of backups or databases that it covers. */
  covers: string[];
  /** One line for people when it does not count: it aims at production, it checks nothing. */
  doesNotCount?: string;
  /** It restores over what it is a backup of. */
  overSource?: boolean;
  /** Which copies it restores. */
  copies: Reading<"inside" | "outside">;
  schedules: Schedule[];
}
