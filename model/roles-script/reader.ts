import { oneLine } from "../text";
import { RolesScriptError } from "./statements";
import type { Token } from "./tokens";

/** Names of roles that mean something else when they are not quoted; pg_dumpall quotes those that a role may have. */
const NO_NAMES = new Set(["ALL", "CURRENT_ROLE", "CURRENT_USER", "SESSION_USER", "PUBLIC", "NONE", "DEFAULT"]);

/** Reads tokens one by one: what is expected and not there is an error that names both. */
export class Reader {
  private at = 0;

  constructor(private readonly tokens: Token[]) {}

  get next(): Token {
    return this.tokens[this.at] as Token;
  }

  get done(): boolean {
    return this.next.kind === "end";
  }

  take(): Token {
    const token = this.next;
    if (token.kind !== "end") this.at++;
    return token;
  }

  /** Whether the next tokens are these words; then they are taken. */
  accept(...words: string[]): boolean {
    const there = words.every((word, index) => isWord(this.tokens[this.at + index], word));
    if (there) this.at += words.length;
    return there;
  }

  /** Whether the next tokens are these, words or signs; they are not taken. */
  isNext(...texts: string[]): boolean {
    return texts.every((text, index) => {
      const token = this.tokens[this.at + index];
      return isWord(token, text) || (token?.kind === "sign" && token.text === text);
    });
  }

  acceptSign(sign: string): boolean {
    const there = this.next.kind === "sign" && this.next.text === sign;
    if (there) this.at++;
    return there;
  }

  expect(...words: string[]): void {
    if (!this.accept(...words)) throw this.expected(words.join(" "));
  }

  expectSign(sign: string): void {
    if (!this.acceptSign(sign)) throw this.expected(`"${sign}"`);
  }

  /** A name: quoted, or a word that stands for itself, which the server reads in lower case. */
  name(what: string): string {
    const { kind, text } = this.next;
    const named = kind === "identifier" ? text !== "" : kind === "word" && !NO_NAMES.has(text.toUpperCase());
    if (!named) throw this.expected(what);
    this.at++;
    return kind === "word" ? text.toLowerCase() : text;
  }

  string(what: string): string {
    if (this.next.kind !== "string" && this.next.kind !== "escape") throw this.expected(what);
    return this.take().text;
  }

  integer(what: string): number {
    if (this.next.kind !== "number" || !/^-?\d{1,10}$/.test(this.next.text)) throw this.expected(what);
    return Number(this.take().text);
  }

  expected(what: string): RolesScriptError {
    return new RolesScriptError(this.next.line, `expected ${what}, found ${shown(this.next)}`);
  }
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === "word" && token.text.toUpperCase() === word;
}

/** A token for a message. Strings are values of settings and comments, where people keep secrets: never shown. */
function shown({ kind, text }: Token): string {
  if (kind === "end") return "the end of the script";
  if (kind === "string" || kind === "escape") return "a string";
  if (kind === "identifier") return `the name "${oneLine(text, 60)}"`;
  return oneLine(text, 60);
}
