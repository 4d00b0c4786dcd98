/**
 * The commands in a shell script, as far as a reader needs them: what is run with which words, and what is fed to it. No
 * shell is more than approximated: variables stay as they are written, and functions are not called. Comments, quotes,
 * here-documents and substitutions are read as a shell reads them, so that a comment runs nothing.
 */
export interface Command {
  /** Without their quotes. */
  words: string[];
  /** The command whose output it reads. */
  from?: Command;
  /** What a here-document or a here-string gives it to read. */
  input?: string;
  /** Files that it writes or appends to. */
  writes: string[];
}

/** Commands in the order in which they begin; those of substitutions are among them. Linear in the length of `text`. */
export function commandsIn(text: string): Command[] {
  return new Reader(text).read();
}

/** What a program is started with when no shell is in between. */
export function commandOf(words: string[]): Command {
  return { words, writes: [] };
}

/** A substitution in a substitution in … is nothing that people write. */
const DEEPEST = 8;

class Reader {
  private at = 0;
  private readonly found: Command[] = [];
  private command: Command = { words: [], writes: [] };
  /** The word that is being read; undefined between words. */
  private word: string | undefined;
  /** Where the next word goes. */
  private next: "word" | "written" | "read" | "document" | "string" = "word";
  private readonly documents: { end: string; command: Command }[] = [];
  /** Parentheses that are open: one that closes none ends a pattern of `case`. */
  private open = 0;

  constructor(
    private readonly text: string,
    private readonly depth = 0,
  ) {}

  read(): Command[] {
    while (this.at < this.text.length) this.step(this.text[this.at] as string);
    this.endCommand();
    return this.found;
  }

  private step(char: string): void {
    const { text, at } = this;
    if (char === "\\") {
      if (text[at + 1] === "\n") this.at += 2;
      else if (text[at + 1] === "\r" && text[at + 2] === "\n") this.at += 3;
      else {
        this.add(text[at + 1] ?? "");
        this.at += 2;
      }
    } else if (char === "'") this.single();
    else if (char === '"') this.double();
    else if (char === "`") this.backticks();
    else if (char === "$" && text[at + 1] === "(") this.substitution(2);
    else if (char === "$" && text[at + 1] === "{") this.parameter();
    else if ((char === "<" || char === ">") && text[at + 1] === "(") this.substitution(2);
    else if (char === "#" && this.word === undefined) this.at = this.lineEnd();
    else if (char === "\n") this.newLine();
    else if (char === " " || char === "\t" || char === "\r") {
      this.endWord();
      this.at++;
    } else if (char === "<" || char === ">") this.redirection(char);
    else if (char === ";" || char === "&" || char === "|" || char === "(" || char === ")") this.operator(char);
    else {
      this.add(char);
      this.at++;
    }
  }

  private add(text: string): void {
    this.word = (this.word ?? "") + text;
  }

  private single(): void {
    const end = this.text.indexOf("'", this.at + 1);
    const stop = end < 0 ? this.text.length : end;
    this.add(this.text.slice(this.at + 1, stop));
    this.at = stop + 1;
  }

  private double(): void {
    this.add("");
    this.at++;
    while (this.at < this.text.length && this.text[this.at] !== '"') {
      const char = this.text[this.at] as string;
      if (char === "\\") {
        const escaped = this.text[this.at + 1] ?? "";
        if (escaped !== "\n") this.add('"\\$`'.includes(escaped) ? escaped : `\\${escaped}`);
        this.at += 2;
      } else if (char === "`") this.backticks();
      else if (char === "$" && this.text[this.at + 1] === "(") this.substitution(2);
      else {
        this.add(char);
        this.at++;
      }
    }
    this.at++;
  }

  private backticks(): void {
    const end = this.text.indexOf("`", this.at + 1);
    const stop = end < 0 ? this.text.length : end;
    this.nested(this.text.slice(this.at + 1, stop));
    this.at = stop + 1;
  }

  /** `$(…)`, `<(…)`, and Kubernetes' `$(NAME)`, which is no command. */
  private substitution(opening: number): void {
    const begins = this.at + opening;
    const end = closing(this.text, begins);
    const inside = this.text.slice(begins, end);
    const isReference = this.text[this.at] === "$" && /^\w+$/.test(inside);
    if (isReference) this.add(`$(${inside})`);
    else this.nested(inside);
    this.at = end + 1;
  }

  /** The word keeps what stands there, so that it is known not to be a plain one. */
  private nested(script: string): void {
    this.add(`$(${script})`);
    // Arithmetic: $((1 + 1)).
    if (this.depth >= DEEPEST || script.startsWith("(")) return;
    this.found.push(...new Reader(script, this.depth + 1).read());
  }

  private parameter(): void {
    const end = this.text.indexOf("}", this.at);
    const stop = end < 0 ? this.text.length : end + 1;
    this.add(this.text.slice(this.at, stop));
    this.at = stop;
  }

  private redirection(char: string): void {
    // A number before it is a descriptor's.
    if (this.word !== undefined && /^\d$/.test(this.word)) this.word = undefined;
    this.endWord();
    const operator = /^(<<<|<<-?|<>|<&|<|>>|>&|>\||>)/.exec(this.text.slice(this.at, this.at + 3))?.[0] ?? char;
    this.at += operator.length;
    if (operator === "<<<") this.next = "string";
    else if (operator.startsWith("<<")) this.next = "document";
    else this.next = operator.startsWith(">") ? "written" : "read";
  }

  private operator(char: string): void {
    this.endWord();
    const pipe = char === "|" && this.text[this.at + 1] !== "|";
    // `&>file`
    if (char === "&" && this.text[this.at + 1] === ">") {
      this.at++;
      return;
    }
    const before = this.command;
    if (char === "(") this.open++;
    if (char === ")" && --this.open < 0) {
      this.open = 0;
      this.command = { words: [], writes: [] };
    }
    this.endCommand();
    if (pipe) this.command.from = before;
    this.at++;
    // `|&`, `||`, `&&`, `;;`
    if (this.text[this.at] === char || (pipe && this.text[this.at] === "&")) this.at++;
  }

  private newLine(): void {
    // A pipeline goes on after its `|`.
    if (this.command.words.length > 0 || this.word !== undefined || this.command.from === undefined) this.endCommand();
    this.at++;
    for (const { end, command } of this.documents.splice(0)) command.input = this.document(end);
  }

  private document(end: string): string {
    const begins = this.at;
    while (this.at < this.text.length) {
      const lineEnd = this.lineEnd();
      const line = this.text.slice(this.at, lineEnd).replace(/^\t+|\r$/g, "");
      const before = this.at;
      this.at = lineEnd + 1;
      if (line === end) return this.text.slice(begins, before);
    }
    return this.text.slice(begins);
  }

  private lineEnd(): number {
    const end = this.text.indexOf("\n", this.at);
    return end < 0 ? this.text.length : end;
  }

  private endWord(): void {
    const { word, next, command } = this;
    if (word === undefined) return;
    this.word = undefined;
    this.next = "word";
    if (next === "word") command.words.push(word);
    else if (next === "written") command.writes.push(word);
    else if (next === "string") command.input = word;
    else if (next === "document") this.documents.push({ end: word, command });
  }

  private endCommand(): void {
    this.endWord();
    if (this.command.words.length > 0 || this.command.from) this.found.push(this.command);
    this.command = { words: [], writes: [] };
  }
}

/** Where the parenthesis that is open at `at` is closed: neither in quotes nor by one that was opened after it. */
function closing(text: string, at: number): number {
  let open = 1;
  let quote: string | undefined;
  for (let index = at; index < text.length; index++) {
    const char = text[index];
    if (char === "\\" && quote !== "'") index++;
    else if (quote !== undefined) {
      if (char === quote) quote = undefined;
    } else if (char === "'" || char === '"') quote = char;
    else if (char === "(") open++;
    else if (char === ")" && --open === 0) return index;
  }
  return text.length;
}
