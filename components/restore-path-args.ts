import { z } from "zod";
import { ENCRYPTION_SCHEMES } from "../model/encryption";
import { countField, imageField } from "../model/fields";
import { applicationCheckSchema } from "../model/job-config";
import { kubernetesName, postgresIdentifier } from "../model/names";
import { tablePatternField } from "../model/patterns";
import { ENGINES } from "./cluster/postgres-cluster-args";

/** Which database is meant. */
export interface TargetArgs {
  /** The cluster's namespace. */
  namespace: string;
  /** The cluster's name in Kubernetes. */
  cluster: string;
  database: string;
}

/** Where a database server listens. */
export interface AddressArgs {
  /** Such as `orders-rw.shop.svc`. */
  host: string;
  /** @default 5432 */
  port?: number;
}

/** One check of the application's own: SQL that must return a value, or a command that must end with 0. */
export interface ApplicationCheckArgs {
  /** What the check shows, in a few words: it stands in the evidence. */
  name: string;
  /** One statement with one value as its result, run as the application's role. */
  sql?: string;
  /** What `sql` must return, as PostgreSQL prints it. @default "t" */
  expect?: string;
  /** Instead of SQL: a command in the agent's container, with PGHOST, PGUSER and PGDATABASE set to the restored copy. */
  command?: string[];
}

/**
 * How a backup becomes a database again. A backup and its drill declare the same and so come to the same fingerprint;
 * whatever is changed here makes earlier drill evidence worthless.
 */
export interface RestorePathArgs {
  /** @default "cloudnative-pg" */
  engine?: string;
  postgresMajor: number;
  /** The image of the source's server; drills restore into the same one. */
  serverImage: string;
  /** The image of the agent that backs up and drills. */
  agentImage: string;
  /** The role as which the application works: drills read, write and run the checks as this role. */
  applicationRole: string;
  /** What tells that the application works on the restored data. At least one. */
  applicationChecks: ApplicationCheckArgs[];
  /** `none`, `age` or `kms`: how backups are encrypted before they leave the agent. @default "none" */
  encryption?: string;
  /**
   * Tables that are not backed up at all, as `schema.table` patterns: `*` stands for any characters, names are
   * case-sensitive, and one with dots goes in double quotes (`"odd.schema".log`). A partitioned table takes its
   * partitions with it, a table the sequences that it owns. The backup fails when a pattern matches nothing, or when
   * what is kept needs what is left out. @default everything is backed up
   */
  excludeTables?: string[];
  /** Tables that are backed up as definitions without rows: patterns as in `excludeTables`. @default all rows are backed up */
  excludeTableData?: string[];
}

export const targetField = z.strictObject({
  namespace: kubernetesName,
  cluster: kubernetesName,
  database: postgresIdentifier,
} satisfies Record<keyof TargetArgs, z.ZodType>);

export const addressField = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65535).default(5432),
} satisfies Record<keyof AddressArgs, z.ZodType>);

export const checksField = z.array(applicationCheckSchema).min(1, {
  error: "must hold at least one check: only the application can say that its data is usable",
});

export const restorePathField = z.strictObject({
  engine: z.enum(ENGINES).default("cloudnative-pg"),
  postgresMajor: countField(14),
  serverImage: imageField,
  agentImage: imageField,
  applicationRole: postgresIdentifier,
  applicationChecks: checksField,
  encryption: z.enum(ENCRYPTION_SCHEMES).default("none"),
  excludeTables: z.array(tablePatternField).optional(),
  excludeTableData: z.array(tablePatternField).optional(),
} satisfies Record<keyof RestorePathArgs, z.ZodType>);
