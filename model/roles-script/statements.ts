/**
 * What a script of roles may say, and nothing else: what pg_dumpall --roles-only of PostgreSQL 13 to 18 writes, without
 * passwords, and ALTER ROLE ALL, which it leaves out. `line` is where the statement begins.
 */
export type RoleStatement = { line: number } & (
  | { kind: "create"; role: string }
  | { kind: "alter"; role: string; attributes: RoleAttribute[] }
  | RoleSetting
  | { kind: "grant"; role: string; member: string; options: GrantOption[]; grantedBy?: string }
  | ParameterGrant
  /** Who grants what follows, until the next one of these; absent: whoever restores. */
  | { kind: "session"; role?: string }
  | { kind: "comment"; role: string; text: string }
  | { kind: "label"; role: string; provider?: string; text: string }
);

export type RoleAttribute =
  | { name: RoleFlag }
  | { name: "CONNECTION LIMIT"; limit: number }
  | { name: "VALID UNTIL"; time: string };

export type RoleSetting = {
  kind: "setting";
  /** Absent: every role. */
  role?: string;
  /** Absent: in every database. */
  database?: string;
  parameter: string;
  /** More than one for a list; each as the server stores it. */
  values: string[];
};

/** Who may change a setting of the server, since PostgreSQL 15. */
export type ParameterGrant = {
  kind: "parameter";
  revoke: boolean;
  /** Every privilege where it is empty. */
  privileges: ("SET" | "ALTER SYSTEM")[];
  parameter: string;
  /** Absent: PUBLIC. */
  role?: string;
  /** Whether the right to grant it goes along or, of a REVOKE, goes alone. */
  grantOption: boolean;
};

const CAPABILITIES = ["SUPERUSER", "INHERIT", "CREATEROLE", "CREATEDB", "LOGIN", "REPLICATION", "BYPASSRLS"] as const;
export type RoleFlag = (typeof CAPABILITIES)[number] | `NO${(typeof CAPABILITIES)[number]}`;
export const ROLE_FLAGS: ReadonlySet<string> = new Set(CAPABILITIES.flatMap((name) => [name, `NO${name}`]));

/** WITH ADMIN OPTION before PostgreSQL 16 is ADMIN TRUE since. */
export type GrantOption = { name: "ADMIN" | "INHERIT" | "SET"; value: boolean };

/** What is wrong with a script, and in which line: no value of the script is in the message. */
export class RolesScriptError extends Error {
  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`);
  }
}
