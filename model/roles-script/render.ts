import { quoteIdentifier, quoteLiteral } from "../sql";
import type { GrantOption, ParameterGrant, RoleAttribute, RoleStatement } from "./statements";

/**
 * The statement as SQL, from what it says and not from how it was written: one that psql and the server read alike.
 * `WITH ADMIN OPTION` is the one option of a membership that servers before PostgreSQL 16 know, and all others read it.
 */
export function renderRole(statement: RoleStatement): string {
  const role = statement.role === undefined ? "ALL" : quoteIdentifier(statement.role);
  switch (statement.kind) {
    case "create":
      return `CREATE ROLE ${role}`;
    case "alter":
      return `ALTER ROLE ${role} WITH ${statement.attributes.map(renderAttribute).join(" ")}`;
    case "setting": {
      const { database, parameter, values } = statement;
      const where = database === undefined ? "" : ` IN DATABASE ${quoteIdentifier(database)}`;
      return `ALTER ROLE ${role}${where} SET ${quoteIdentifier(parameter)} TO ${values.map(quoteLiteral).join(", ")}`;
    }
    case "grant": {
      const { member, options, grantedBy } = statement;
      const given = options.map(renderOption).join(", ");
      return (
        `GRANT ${role} TO ${quoteIdentifier(member)}${given === "" ? "" : ` WITH ${given}`}` +
        (grantedBy === undefined ? "" : ` GRANTED BY ${quoteIdentifier(grantedBy)}`)
      );
    }
    case "parameter":
      return renderParameter(statement);
    case "session":
      return statement.role === undefined ? "RESET SESSION AUTHORIZATION" : `SET SESSION AUTHORIZATION ${role}`;
    case "comment":
      return `COMMENT ON ROLE ${role} IS ${quoteLiteral(statement.text)}`;
    case "label": {
      const provider = statement.provider === undefined ? "" : ` FOR ${quoteIdentifier(statement.provider)}`;
      return `SECURITY LABEL${provider} ON ROLE ${role} IS ${quoteLiteral(statement.text)}`;
    }
  }
}

function renderParameter({ revoke, privileges, parameter, role, grantOption }: ParameterGrant): string {
  const what = privileges.length === 0 ? "ALL" : privileges.join(", ");
  const on = `${what} ON PARAMETER ${quoteIdentifier(parameter)}`;
  const whom = role === undefined ? "PUBLIC" : quoteIdentifier(role);
  if (revoke) return `REVOKE ${grantOption ? "GRANT OPTION FOR " : ""}${on} FROM ${whom}`;
  return `GRANT ${on} TO ${whom}${grantOption ? " WITH GRANT OPTION" : ""}`;
}

function renderAttribute(attribute: RoleAttribute): string {
  if (attribute.name === "CONNECTION LIMIT") return `CONNECTION LIMIT ${attribute.limit}`;
  if (attribute.name === "VALID UNTIL") return `VALID UNTIL ${quoteLiteral(attribute.time)}`;
  return attribute.name;
}

function renderOption({ name, value }: GrantOption): string {
  if (!value) return `${name} FALSE`;
  return name === "ADMIN" ? "ADMIN OPTION" : `${name} TRUE`;
}

/**
 * A whole script for psql. Between `\restrict` and `\unrestrict` psql takes no command but the latter with the same
 * `key`, 16 letters and digits or more that nobody can foresee: whatever a statement says, it stays SQL.
 */
export function renderScript(statements: RoleStatement[], key: string): string {
  if (!/^[A-Za-z0-9]{16,}$/.test(key)) throw new Error("the key of \\restrict must be 16 letters and digits or more");
  return [
    `\\restrict ${key}`,
    "SET default_transaction_read_only = off;",
    "SET client_encoding = 'UTF8';",
    "SET standard_conforming_strings = on;",
    ...statements.map((statement) => `${renderRole(statement)};`),
    `\\unrestrict ${key}`,
    "",
  ].join("\n");
}
