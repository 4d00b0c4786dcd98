import type { AccessDeclaration } from "./database-access-args";

/** One grant: everything that `role` may do with objects of one kind, and nothing else of that kind. */
export interface Privileges {
  /** Unique in a database: part of the resource's name. */
  id: string;
  role: string;
  objectType: string;
  schema?: string;
  privileges: string[];
}

/** PUBLIC is every role there is, also those made tomorrow. */
const PUBLIC = "public";

/** What each group may do with the objects of a schema, today's and tomorrow's. TRUNCATE is left to the owner. */
const GROUP_PRIVILEGES = {
  readWrite: {
    table: ["SELECT", "INSERT", "UPDATE", "DELETE"],
    sequence: ["USAGE", "SELECT"],
    function: ["EXECUTE"],
  },
  readOnly: { table: ["SELECT"], sequence: ["SELECT"], function: ["EXECUTE"] },
} as const;

/** Grants on the database, its schemas, and what is in them now. */
export function grantsOf(args: AccessDeclaration): Privileges[] {
  const grants: Privileges[] = [
    // PostgreSQL lets every role connect and make temporary tables; here only those that are named.
    { id: "database-public", role: PUBLIC, objectType: "database", privileges: [] },
    { id: "database-rw", role: args.readWriteGroup, objectType: "database", privileges: ["CONNECT", "TEMPORARY"] },
    { id: "database-ro", role: args.readOnlyGroup, objectType: "database", privileges: ["CONNECT"] },
  ];
  for (const role of args.mayConnect)
    grants.push({ id: `database-${role}`, role, objectType: "database", privileges: ["CONNECT"] });
  for (const schema of args.schemas) {
    const on = (group: string, role: string, objectType: string, privileges: readonly string[]) =>
      grants.push({ id: `${schema}-${objectType}-${group}`, role, objectType, schema, privileges: [...privileges] });
    // No CREATE, which databases from before PostgreSQL 15 still grant to everybody in schema public.
    on("public", PUBLIC, "schema", schema === "public" ? ["USAGE"] : []);
    on("rw", args.readWriteGroup, "schema", ["USAGE"]);
    on("ro", args.readOnlyGroup, "schema", ["USAGE"]);
    for (const objectType of ["table", "sequence", "function"] as const) {
      on("rw", args.readWriteGroup, objectType, GROUP_PRIVILEGES.readWrite[objectType]);
      on("ro", args.readOnlyGroup, objectType, GROUP_PRIVILEGES.readOnly[objectType]);
    }
  }
  return grants;
}

/** The same for what the owner will make: without it, a group cannot read the next migration's table. */
export function defaultPrivilegesOf(args: AccessDeclaration): Privileges[] {
  return args.schemas.flatMap((schema) =>
    (["table", "sequence", "function"] as const).flatMap((objectType) => [
      {
        id: `${schema}-${objectType}-rw`,
        role: args.readWriteGroup,
        objectType,
        schema,
        privileges: [...GROUP_PRIVILEGES.readWrite[objectType]],
      },
      {
        id: `${schema}-${objectType}-ro`,
        role: args.readOnlyGroup,
        objectType,
        schema,
        privileges: [...GROUP_PRIVILEGES.readOnly[objectType]],
      },
    ]),
  );
}
