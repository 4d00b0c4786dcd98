import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { postgresIdentifier } from "../../model/names";
import { reportProblem, secretField } from "../validate";

/** What a role may do; the group it is put in. */
export const ACCESS_LEVELS = ["read-write", "read-only"] as const;

/** A role that logs in: an application, a report, a person. */
export interface LoginRoleArgs {
  name: string;
  /** `read-write` or `read-only`. It can never create or drop tables: that is the owner's. */
  access: string;
  /** A secret. */
  password: pulumi.Input<string>;
  /** The most connections at once; -1 for no limit. @default -1 */
  connectionLimit?: number;
}

export interface DatabaseAccessArgs {
  /** The database to declare. Caution: taking the declaration away leaves the database as it is. */
  database: string;
  /** Whether the database is made; false when it is there already. @default true */
  createDatabase?: boolean;
  /** The role that owns the database and everything that migrations make in it. */
  owner: string;
  /** Whether the owner is made; false when it is there already. @default true */
  createOwner?: boolean;
  /** The owner logs in with it, to run migrations: a secret. @default the owner cannot log in */
  ownerPassword?: pulumi.Input<string>;
  /** Sort order and character classes of a database that is made. @default "C" */
  locale?: string;
  /** The group that may read and write. @default "<database>_rw" */
  readWriteGroup?: string;
  /** The group that may read. @default "<database>_ro" */
  readOnlyGroup?: string;
  /** The schemas that the groups may use; they must exist. @default ["public"] */
  schemas?: string[];
  roles?: LoginRoleArgs[];
  /** Roles from elsewhere that may connect, such as the backup role: PUBLIC may not. */
  mayConnect?: string[];
}

const loginRole = z.strictObject({
  name: postgresIdentifier,
  access: z.enum(ACCESS_LEVELS),
  password: secretField(),
  connectionLimit: z.int().min(-1).default(-1),
} satisfies Record<keyof LoginRoleArgs, z.ZodType>);

export const databaseAccessSchema = z
  .strictObject({
    database: postgresIdentifier,
    createDatabase: z.boolean().default(true),
    owner: postgresIdentifier,
    createOwner: z.boolean().default(true),
    ownerPassword: secretField().optional(),
    locale: z.string().min(1).default("C"),
    readWriteGroup: postgresIdentifier.optional(),
    readOnlyGroup: postgresIdentifier.optional(),
    schemas: z.array(postgresIdentifier).min(1).default(["public"]),
    roles: z.array(loginRole).default([]),
    mayConnect: z.array(postgresIdentifier).default([]),
  } satisfies Record<keyof DatabaseAccessArgs, z.ZodType>)
  .transform((args) => ({
    ...args,
    readWriteGroup: args.readWriteGroup ?? `${args.database}_rw`,
    readOnlyGroup: args.readOnlyGroup ?? `${args.database}_ro`,
  }))
  .superRefine((args, context) => {
    const names = [args.owner, args.readWriteGroup, args.readOnlyGroup, ...args.roles.map((role) => role.name)];
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    const message = `the role "${twice}" is declared twice; owner, groups and logins are roles of their own`;
    if (twice !== undefined) reportProblem(message, context, "roles");
    if (args.ownerPassword !== undefined && !args.createOwner)
      reportProblem("has no effect with createOwner: false; leave it out", context, "ownerPassword");
  });
// A transform hides the input's type from `satisfies`; the record above keeps fields and args in step.

export type AccessDeclaration = z.output<typeof databaseAccessSchema>;
