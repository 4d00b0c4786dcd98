import { namesPrivileges, parameterGrant } from "./parameter-grants";
import { Reader } from "./reader";
import {
  type GrantOption,
  ROLE_FLAGS,
  type RoleAttribute,
  type RoleFlag,
  type RoleStatement,
  RolesScriptError,
} from "./statements";
import { type Token, tokensOf } from "./tokens";

/**
 * The statements of a script of roles. Throws a RolesScriptError at the first thing that is not one of them: a script
 * from a storage is never given to a program that would do more with it than this.
 */
export function parseRoles(script: string): RoleStatement[] {
  const tokens = withoutWrapper(tokensOf(script));
  const reader = new Reader(tokens);
  const conforming = settings(reader);
  if (!conforming) refuseAmbiguous(tokens);
  const statements: RoleStatement[] = [];
  while (!reader.done) {
    statements.push(statement(reader));
    reader.expectSign(";");
  }
  return statements;
}

/** One `\restrict` before everything and its `\unrestrict` after everything, as pg_dumpall writes them. */
function withoutWrapper(tokens: Token[]): Token[] {
  const wrappers = tokens.filter(({ kind }) => kind === "wrapper");
  if (wrappers.length === 0) return tokens;
  const [first, last] = [tokens[0], tokens.at(-2)];
  const key = /^\\restrict (.*)$/.exec(first?.text ?? "")?.[1];
  if (wrappers.length !== 2 || first?.kind !== "wrapper" || key === undefined || last?.text !== `\\unrestrict ${key}`) {
    const { line = 1 } = wrappers.find((token) => token !== first) ?? wrappers[0] ?? {};
    throw new RolesScriptError(line, "\\restrict and \\unrestrict do not stand around the whole script with one key");
  }
  return tokens.slice(1).filter(({ kind }) => kind !== "wrapper");
}

/** The settings that pg_dumpall begins with. */
const SETTINGS: Record<string, readonly string[]> = {
  DEFAULT_TRANSACTION_READ_ONLY: ["off"],
  CLIENT_ENCODING: ["utf8"],
  STANDARD_CONFORMING_STRINGS: ["on", "off"],
  ESCAPE_STRING_WARNING: ["off"],
};

/** Takes them. Gives whether a backslash in an ordinary string stands for itself. */
function settings(reader: Reader): boolean {
  let conforming = true;
  while (!reader.isNext("SET", "SESSION") && reader.accept("SET")) {
    const name = reader.next.kind === "word" ? reader.next.text.toUpperCase() : "";
    const allowed = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
    if (!allowed) throw reader.expected(`one of ${Object.keys(SETTINGS).join(", ").toLowerCase()}`);
    reader.take();
    reader.expectSign("=");
    const value = reader.next.text.toLowerCase();
    if (!allowed.includes(value)) throw reader.expected(allowed.join(" or "));
    reader.take();
    reader.expectSign(";");
    if (name === "STANDARD_CONFORMING_STRINGS") conforming = value === "on";
  }
  return conforming;
}

/** Where strings are not as the standard says, pg_dumpall writes E'…' for each that has a backslash. */
function refuseAmbiguous(tokens: Token[]): void {
  const found = tokens.find(({ kind, text }) => kind === "string" && text.includes("\\"));
  if (found) throw new RolesScriptError(found.line, "a string has a backslash and is not written as E'…'");
}

function statement(reader: Reader): RoleStatement {
  const { line } = reader.next;
  if (reader.accept("CREATE", "ROLE")) return { line, kind: "create", role: reader.name("a role's name") };
  if (reader.accept("ALTER", "ROLE")) return { line, ...alteration(reader) };
  if (reader.accept("GRANT"))
    return { line, ...(namesPrivileges(reader) ? parameterGrant(reader, false) : grant(reader)) };
  if (reader.accept("REVOKE")) return { line, ...parameterGrant(reader, true) };
  if (reader.accept("SET", "SESSION", "AUTHORIZATION"))
    return { line, kind: "session", role: reader.name("a role's name") };
  if (reader.accept("RESET", "SESSION", "AUTHORIZATION")) return { line, kind: "session" };
  if (reader.accept("COMMENT", "ON", "ROLE")) {
    const role = reader.name("a role's name");
    reader.expect("IS");
    return { line, kind: "comment", role, text: reader.string("a string") };
  }
  if (reader.accept("SECURITY", "LABEL")) {
    const provider = reader.accept("FOR") ? { provider: reader.name("a provider's name") } : {};
    reader.expect("ON", "ROLE");
    const role = reader.name("a role's name");
    reader.expect("IS");
    return { line, kind: "label", ...provider, role, text: reader.string("a string") };
  }
  throw reader.expected("CREATE ROLE, ALTER ROLE, GRANT, REVOKE, COMMENT ON ROLE or SECURITY LABEL");
}

type Of<Kind extends RoleStatement["kind"]> = Omit<Extract<RoleStatement, { kind: Kind }>, "line">;

function alteration(reader: Reader): Of<"alter"> | Of<"setting"> {
  const role = reader.accept("ALL") ? undefined : reader.name("a role's name or ALL");
  const database = reader.accept("IN", "DATABASE") ? reader.name("a database's name") : undefined;
  if (reader.accept("SET")) return setting(reader, role, database);
  if (role === undefined || database !== undefined) throw reader.expected("SET");
  reader.accept("WITH");
  const attributes: RoleAttribute[] = [];
  do attributes.push(attribute(reader));
  while (reader.next.kind === "word");
  return { kind: "alter", role, attributes };
}

function attribute(reader: Reader): RoleAttribute {
  if (reader.accept("CONNECTION", "LIMIT")) return { name: "CONNECTION LIMIT", limit: reader.integer("a number") };
  if (reader.accept("VALID", "UNTIL")) return { name: "VALID UNTIL", time: reader.string("a time") };
  const flag = reader.next.text.toUpperCase();
  if (reader.next.kind !== "word" || !ROLE_FLAGS.has(flag)) throw reader.expected("an attribute of a role");
  reader.take();
  return { name: flag as RoleFlag };
}

function setting(reader: Reader, role: string | undefined, database: string | undefined): Of<"setting"> {
  const parts = [reader.name("a setting's name")];
  while (reader.acceptSign(".")) parts.push(reader.name("a setting's name"));
  if (!reader.accept("TO")) reader.expectSign("=");
  const values = [value(reader)];
  while (reader.acceptSign(",")) values.push(value(reader));
  return {
    kind: "setting",
    ...(role === undefined ? {} : { role }),
    ...(database === undefined ? {} : { database }),
    parameter: parts.join("."),
    values,
  };
}

/** A string; or a number, a name or a word, as lists of names once were written. */
function value(reader: Reader): string {
  const { kind, text } = reader.next;
  if (kind === "string" || kind === "escape" || kind === "number" || kind === "identifier") return reader.take().text;
  if (kind !== "word" || text.toUpperCase() === "DEFAULT") throw reader.expected("a value");
  return reader.take().text.toLowerCase();
}

function grant(reader: Reader): Of<"grant"> {
  const role = reader.name("a role's name");
  reader.expect("TO");
  const member = reader.name("a role's name");
  const options: GrantOption[] = [];
  if (reader.accept("WITH")) {
    do options.push(grantOption(reader));
    while (reader.acceptSign(","));
  }
  const grantedBy = reader.accept("GRANTED", "BY") ? { grantedBy: reader.name("a role's name") } : {};
  return { kind: "grant", role, member, options, ...grantedBy };
}

function grantOption(reader: Reader): GrantOption {
  const name = (["ADMIN", "INHERIT", "SET"] as const).find((word) => reader.accept(word));
  if (!name) throw reader.expected("ADMIN, INHERIT or SET");
  if (reader.accept("OPTION") || reader.accept("TRUE")) return { name, value: true };
  reader.expect("FALSE");
  return { name, value: false };
}
