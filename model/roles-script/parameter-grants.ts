import type { Reader } from "./reader";
import type { ParameterGrant } from "./statements";

/** Whether what comes after GRANT or REVOKE are privileges on a setting, and not a role, which may be called `set`. */
export function namesPrivileges(reader: Reader): boolean {
  const beginnings = [
    ["ALL", "ON"],
    ["SET", "ON"],
    ["SET", ","],
    ["ALTER", "SYSTEM"],
    ["GRANT", "OPTION", "FOR"],
  ];
  return beginnings.some((beginning) => reader.isNext(...beginning));
}

/** `SET, ALTER SYSTEM ON PARAMETER name TO role WITH GRANT OPTION`, after GRANT; of a REVOKE likewise. */
export function parameterGrant(reader: Reader, revoke: boolean): ParameterGrant {
  const optionAlone = revoke && reader.accept("GRANT", "OPTION", "FOR");
  const privileges: ParameterGrant["privileges"] = [];
  if (!reader.accept("ALL")) {
    do privileges.push(privilege(reader));
    while (reader.acceptSign(","));
  }
  reader.expect("ON", "PARAMETER");
  const parts = [reader.name("a setting's name")];
  while (reader.acceptSign(".")) parts.push(reader.name("a setting's name"));
  reader.expect(revoke ? "FROM" : "TO");
  const role = reader.accept("PUBLIC") ? {} : { role: reader.name("a role's name or PUBLIC") };
  const grantOption = optionAlone || (!revoke && reader.accept("WITH", "GRANT", "OPTION"));
  return { kind: "parameter", revoke, privileges, parameter: parts.join("."), ...role, grantOption };
}

function privilege(reader: Reader): "SET" | "ALTER SYSTEM" {
  if (reader.accept("SET")) return "SET";
  reader.expect("ALTER", "SYSTEM");
  return "ALTER SYSTEM";
}
