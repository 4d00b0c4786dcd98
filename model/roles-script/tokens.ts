import { oneLine } from "../text";
import { RolesScriptError } from "./statements";

/**
 * The words of a script of roles. `wrapper`: a line `\restrict <key>` or `\unrestrict <key>`, which psql reads and no
 * server sees. `escape`: a string E'…'.
 */
export interface Token {
  kind: "word" | "identifier" | "string" | "escape" | "number" | "sign" | "wrapper" | "end";
  /** Unquoted and unescaped; words as they were written. */
  text: string;
  line: number;
}

const SPACE = /[ \t\r\n]+/y;
const COMMENT = /--[^\n]*/y;
const WRAPPER = /\\(?:un)?restrict [A-Za-z0-9]+(?=\r?\n|$)/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /-?\d+(?:\.\d+)?/y;
const IDENTIFIER = /"([^"\0]*(?:""[^"\0]*)*)"/y;
const STRING = /'([^'\0]*(?:''[^'\0]*)*)'/y;
/** Only what makes a backslash or a quote of itself: pg_dumpall writes no other escape. */
const ESCAPE = /[eE]'([^'\\\0]*(?:(?:''|\\\\|\\')[^'\\\0]*)*)'/y;
const SIGN = /[;,=.]/y;

/** 10,000 roles with all that can be said of them are some 10 million characters. */
const MOST_CHARACTERS = 32 * 1024 * 1024;

/** Splits `script` into tokens, the last of which is `end`. Throws at the first character that belongs to none. */
export function tokensOf(script: string): Token[] {
  if (script.length > MOST_CHARACTERS)
    throw new RolesScriptError(1, `the script has ${script.length} characters; ${MOST_CHARACTERS} are the most`);
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(script) ?? undefined;
  };
  const skip = (text: string) => {
    at += text.length;
    for (let next = text.indexOf("\n"); next >= 0; next = text.indexOf("\n", next + 1)) line++;
  };
  while (at < script.length) {
    const blank = take(SPACE) ?? take(COMMENT);
    if (blank) {
      skip(blank[0]);
      continue;
    }
    const found = nextToken(take, at === 0 || script[at - 1] === "\n");
    if (!found) throw new RolesScriptError(line, unexpected(script, at));
    const { kind, text, match } = found;
    tokens.push({ kind, text, line });
    skip(match);
    if ((kind === "word" || kind === "number") && /["'&]/.test(script[at] ?? ""))
      throw new RolesScriptError(
        line,
        `"${oneLine(text, 40)}" touches a quote: such strings and names are not allowed`,
      );
  }
  tokens.push({ kind: "end", text: "", line });
  return tokens;
}

type Take = (pattern: RegExp) => RegExpExecArray | undefined;

function nextToken(take: Take, atLineStart: boolean): (Omit<Token, "line"> & { match: string }) | undefined {
  const wrapper = atLineStart ? take(WRAPPER) : undefined;
  if (wrapper) return { kind: "wrapper", text: wrapper[0], match: wrapper[0] };
  const escaped = take(ESCAPE);
  if (escaped) return { kind: "escape", text: unescaped(escaped[1] ?? ""), match: escaped[0] };
  const string = take(STRING);
  if (string) return { kind: "string", text: (string[1] ?? "").replaceAll("''", "'"), match: string[0] };
  const identifier = take(IDENTIFIER);
  if (identifier)
    return { kind: "identifier", text: (identifier[1] ?? "").replaceAll('""', '"'), match: identifier[0] };
  for (const [kind, pattern] of [
    ["word", WORD],
    ["number", NUMBER],
    ["sign", SIGN],
  ] as const) {
    const match = take(pattern)?.[0];
    if (match !== undefined) return { kind, text: match, match };
  }
  return undefined;
}

function unescaped(text: string): string {
  return text.replace(/''|\\([\\'])/g, (_, escaped?: string) => escaped ?? "'");
}

/** What stands where no token begins; of a string that does not end, nothing is repeated. */
function unexpected(script: string, at: number): string {
  const character = script[at] ?? "";
  if (character === "'" || character === '"' || /^[eE]'/.test(script.slice(at, at + 2)))
    return "a string or quoted name has no end, or an escape or a zero byte in it that is not allowed";
  if (character === "\\") {
    const command = /^\\[^\s]*/.exec(script.slice(at, at + 40))?.[0] ?? "";
    return `"${oneLine(command, 40)}" is a command for psql, not a statement about roles`;
  }
  const code = (script.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `the character U+${code}${/[!-~]/.test(character) ? ` (${character})` : ""} does not belong in a script of roles`;
}
