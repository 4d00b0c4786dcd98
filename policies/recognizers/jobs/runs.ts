import { expandBy, READ, type Variable } from "../shared/commands";
import { type Command, commandOf, commandsIn } from "../shared/shell";
import {
  CLOCKS,
  INTERPRETERS,
  isProgram,
  onlySays,
  programName,
  type Ran,
  ranBy,
  runsNothing,
  SHELLS,
} from "./commands";
import { crontabLines } from "./crontab";
import type { MountedFile } from "./mounts";

/** What a container does, as far as its command can be followed: through shells, scripts that are mounted, and pipes. */
export interface Runs {
  ran: Ran[];
  /** The scripts that it runs. */
  scripts: MountedFile[];
  /** When, by a crontab of its own. */
  clocks: string[];
  /** What it runs that cannot be followed, for people: `a script that it downloads`. */
  untold: Set<string>;
  /** What its commands are, by their first words. */
  heads: Set<string>;
  /** Whether one of them copies whole folders. */
  copies: boolean;
}

/** The files of a container's volumes. */
export interface Files {
  /** Those that a word names: a file, a folder, or a pattern. */
  named(word: string): MountedFile[];
}

export function runsOf(argv: string[], input: { files: Files; variables: Variable[] }): Runs {
  const follower = new Follower(input.files, input.variables);
  if (argv.length > 0) follower.start(argv);
  return follower.runs;
}

/** The same of files that a container's image runs by itself. */
export function runsOfFiles(files: MountedFile[], variables: Variable[]): Runs {
  const follower = new Follower({ named: () => [] }, variables);
  for (const file of files) follower.file(file, "itself", 0);
  return follower.runs;
}

const KEYWORD = /^(if|then|else|elif|while|until|do|!|\{|\(|time|exec|command|builtin|nohup|setsid|sudo)$/;
const ASSIGNMENT = /^([A-Za-z_]\w*)=([\s\S]*)$/;
/** Scripts that call each other without end. */
const DEEPEST = 12;

class Follower {
  readonly runs: Runs = { ran: [], scripts: [], clocks: [], untold: new Set(), heads: new Set(), copies: false };
  private readonly variables = new Map<string, string>();
  private readonly seen = new Set<string>();

  constructor(
    private readonly files: Files,
    variables: Variable[],
  ) {
    for (const { name, value } of variables) if (value.state === "known") this.variables.set(name, value.value);
  }

  start(argv: string[]): void {
    // More than Kubernetes keeps is not read; whoever asks is told so.
    this.command(commandOf(argv.map((word) => this.expand(word.slice(0, READ)))), 0);
  }

  private expand(text: string): string {
    return expandBy(text, (name) => this.variables.get(name));
  }

  script(text: string, depth: number): void {
    // A script that is run a thousand times runs the same.
    if (depth > DEEPEST || this.seen.has(text)) return;
    this.seen.add(text);
    for (const command of commandsIn(this.expand(text))) this.command(command, depth);
  }

  command(command: Command, depth: number): void {
    const key = command.from || command.input ? undefined : command.words.join("\0");
    if (key !== undefined && this.seen.has(`\0${key}`)) return;
    if (key !== undefined) this.seen.add(`\0${key}`);
    const words = this.afterAssignments(command.words);
    const [head = ""] = words;
    this.written(command, depth);
    if (head === "") return;
    this.runs.heads.add(headOf(words));
    this.runs.copies ||= copiesFolders(words);
    if (/\s/.test(head)) this.text(head, depth);
    else if (head.startsWith("$")) this.unknownHead(head, words.slice(1), depth);
    else if (head === "for") for (const word of words) this.named(word, "itself", depth);
    else if (head === "." || head === "source") this.named(words[1] ?? "", "shell", depth);
    else if (head === "eval") this.text(words.slice(1).join(" "), depth);
    else if (isBusybox(head)) this.command({ ...command, words: words.slice(1) }, depth);
    else if (SHELLS.test(programName(head))) this.shell(command, words.slice(1), depth);
    else if (INTERPRETERS.test(programName(head))) this.otherLanguage(words.slice(1), depth);
    else if (CLOCKS.test(programName(head))) this.clock(command, words.slice(1), depth);
    else if (!onlySays(head) && !runsNothing(words)) this.anything(words, depth);
  }

  /** `words` without what stands before a command's name. */
  private afterAssignments(words: string[]): string[] {
    let at = 0;
    for (; at < words.length; at++) {
      const word = words[at] as string;
      const [, name, value] = ASSIGNMENT.exec(word) ?? [];
      if (name !== undefined && value !== undefined) this.assign(name, value);
      else if (!KEYWORD.test(word)) break;
      // `command -v pg_dump` asks where it is.
      else if (word === "command" && (words[at + 1] ?? "").startsWith("-")) return ["type"];
    }
    return words.slice(at);
  }

  private assign(name: string, value: string): void {
    if (value.includes("$") || value.length > 1000) return;
    this.variables.set(name, value);
  }

  /** A program, or what runs one: the words after it may name it, hold a whole command, or a script. */
  private anything(words: string[], depth: number): void {
    for (const [index, word] of words.entries()) {
      if (isProgram(word)) {
        const ran = ranBy(words.slice(index));
        if (ran === "hidden") this.runs.untold.add("a command whose word for it is in a variable");
        else if (ran) this.runs.ran.push(ran);
        return;
      }
      const name = programName(word);
      if (index > 0 && (SHELLS.test(name) || INTERPRETERS.test(name) || isBusybox(name))) {
        this.command(commandOf(words.slice(index)), depth);
        return;
      }
      if (/\s/.test(word)) this.text(word, depth);
      else this.named(word, index === 0 ? "shell" : "itself", depth);
    }
  }

  /** What may be a command in one word. */
  private text(text: string, depth: number): void {
    const [, path] = /^\$\(\s*(?:cat\s+|<\s*)([^\s)]+)\s*\)$/.exec(text.trim()) ?? [];
    if (path !== undefined) this.named(path, "shell", depth);
    else this.script(text, depth + 1);
  }

  private unknownHead(head: string, rest: string[], depth: number): void {
    // Arguments of a function or of the container itself.
    if (/^"?\$([@*\d]|\{[@*\d])/.test(head)) return;
    if (isProgram(head)) {
      this.anything([head, ...rest], depth);
      return;
    }
    const value = this.variables.get(/^\$(?:\((\w+)\)|\{(\w+)\}|(\w+))$/.exec(head)?.slice(1).find(Boolean) ?? "");
    if (value !== undefined) this.script([value, ...rest].join(" "), depth + 1);
    else if (/^\$\((curl|wget)\s/.test(head)) this.runs.untold.add("a script that it downloads");
    else if (/^\$\(\s*cat\s/.test(head)) this.text(head, depth);
    else if (!/^\$\((?!\w+\))/.test(head))
      this.runs.untold.add("a command in a variable whose value nobody knows here");
  }

  private shell(command: Command, args: string[], depth: number): void {
    const option = args.findIndex(
      (word) => /^-[a-z]*c$/i.test(word) || word === "--command" || word.startsWith("--command="),
    );
    if (option >= 0) {
      const [, given] = (args[option] ?? "").split("--command=");
      const script = given ?? args[option + 1];
      if (script !== undefined) this.shellText(script, depth);
      return;
    }
    // `su postgres`, `-o pipefail`: no word that is no file names one.
    const named = args.filter((word) => (!word.startsWith("-") && word.includes("/")) || /\.\w+$/.test(word));
    for (const word of named) this.named(word, "shell", depth);
    if (named.some((word) => word.startsWith("$("))) this.runs.untold.add("a script that it downloads");
    if (named.length === 0) this.fed(command, depth);
  }

  private shellText(script: string, depth: number): void {
    if (/^\s*\$\((curl|wget)\s/.test(script)) this.runs.untold.add("a script that it downloads");
    else this.text(script, depth);
  }

  /** A shell that reads its commands from somewhere. */
  private fed(command: Command, depth: number): void {
    if (command.input !== undefined) this.script(command.input, depth + 1);
    else if (command.from) {
      const text = this.output(command.from, depth);
      if (typeof text === "string") this.script(text, depth + 1);
      else if (text === undefined) {
        const loads = /^(curl|wget)$/.test(programName(command.from.words[0] ?? ""));
        this.runs.untold.add(loads ? "a script that it downloads" : "a script that another program hands to a shell");
      }
    }
  }

  /** What `command` prints, if that is written down; `followed` when it is a file that has been followed already. */
  private output(command: Command, depth: number): string | "followed"[] | undefined {
    const [head = "", ...args] = command.words;
    const plain = args.filter((word) => !/^-[a-zA-Z]+$/.test(word));
    if (head === "echo" || head === "printf") {
      const text = this.expand(plain.join(" "));
      return /^\s*\$\w|^\s*\$\{|^\s*\$\(\w+\)/.test(text) ? undefined : text.replaceAll("\\n", "\n");
    }
    if (head === "cat" && command.input !== undefined) return command.input;
    if (head === "cat" && plain.length > 0) {
      const found = plain.flatMap((word) => this.files.named(word));
      for (const file of found) this.file(file, "shell", depth + 1);
      return found.length > 0 ? ["followed"] : undefined;
    }
    if (head === "base64" || (head === "openssl" && args.includes("base64"))) {
      const inner = command.input ?? (command.from && this.output(command.from, depth));
      return typeof inner === "string" ? Buffer.from(inner, "base64").toString("utf8") : undefined;
    }
    const passes = /^(tr|tee|envsubst|sed)$/.test(head);
    return passes && command.from ? this.output(command.from, depth) : undefined;
  }

  private otherLanguage(args: string[], depth: number): void {
    const code = args.findIndex((word) => /^-[a-z]*[ce]$/.test(word));
    if (code >= 0) this.mentions(args[code + 1] ?? "");
    else for (const word of args) this.named(word, "other", depth);
  }

  /** In another language a program's name in quotes may be run, or printed. */
  private mentions(text: string): void {
    const code = text.replace(/^\s*(#|\/\/).*$/gm, "");
    if (/["'`/\s](pg_dump|pg_dumpall|pg_basebackup|pgbackrest|wal-g|barman-cloud-backup)(?![\w-])/.test(code))
      this.runs.untold.add("a script in another language that names a program which takes backups");
  }

  private clock(command: Command, args: string[], depth: number): void {
    const text = command.input ?? (command.from && this.output(command.from, depth));
    if (typeof text === "string") this.crontab(text, depth);
    const folders = ["/etc/crontabs", "/etc/crontab", "/etc/cron.d", "/var/spool/cron", "/var/spool/cron/crontabs"];
    for (const word of [...args, ...folders])
      for (const file of this.files.named(word)) {
        if (typeof file.text === "string") this.crontab(file.text, depth, file);
        else this.file(file, "shell", depth);
      }
    for (const period of ["hourly", "daily", "15min", "weekly", "monthly"])
      for (const folder of [`/etc/periodic/${period}`, `/etc/cron.${period}`]) this.named(folder, "itself", depth);
  }

  private crontab(text: string, depth: number, file?: MountedFile): void {
    if (file && !this.runs.scripts.includes(file)) this.runs.scripts.push(file);
    for (const { schedule, command } of crontabLines(text)) {
      const before = this.runs.ran.length;
      this.script(command, depth + 1);
      if (this.runs.ran.length > before) this.runs.clocks.push(schedule);
    }
  }

  /** `echo '0 2 * * * …' > /etc/crontabs/root` */
  private written(command: Command, depth: number): void {
    if (!command.writes.some((path) => /cron/.test(path))) return;
    const text = this.output(command, depth);
    if (typeof text === "string") this.crontab(text, depth);
  }

  private named(word: string, by: "shell" | "itself" | "other", depth: number): void {
    for (const file of this.files.named(word)) this.file(file, by, depth + 1);
  }

  file(file: MountedFile, by: "shell" | "itself" | "other", depth: number): void {
    if (depth > DEEPEST || this.seen.has(`\0\0${file.path}`)) return;
    this.seen.add(`\0\0${file.path}`);
    const { text } = file;
    if (typeof text !== "string") {
      this.runs.untold.add(file.untold);
      return;
    }
    const [, shebang] = /^#!\s*(.*)/.exec(text) ?? [];
    const language = programName((shebang ?? "").replace(/^\S*\/env\s+(-\S+\s+)*/, "").split(/\s/)[0] ?? "");
    if (by === "other" || INTERPRETERS.test(language)) this.mentions(text);
    // A file that is only named may be anything; a shell runs what it is given.
    else if (by === "shell" || SHELLS.test(language) || (shebang === undefined && /\.(sh|bash)$/.test(file.name))) {
      this.runs.scripts.push(file);
      this.script(text, depth);
    }
  }
}

/** Programs that run the command after a user's name, … */
const AS_USER = /^(gosu|su-exec|s6-setuidgid|setuser)$/;
/** … and those that run it after options of their own. */
const BEFORE = /^(tini|dumb-init|catatonit|nice|ionice|env|stdbuf|timeout|numactl|flock|chroot|setpriv)$/;

/** The command that is run, past what only runs it: in its own spelling, so that its path can be told. */
function headOf(words: string[]): string {
  let at = 0;
  for (let word = words[at]; word !== undefined; word = words[at]) {
    const name = programName(word);
    if (AS_USER.test(name)) at += 2;
    else if (BEFORE.test(name)) at += 1;
    else if (at > 0 && (word.startsWith("-") || ASSIGNMENT.test(word) || /^\d+[smhd]?$/.test(word))) at += 1;
    else return word;
  }
  return words[0] ?? "";
}

/** Programs that copy files, each with a word that makes it do so. */
const COPYING: [RegExp, RegExp][] = [
  [/^restic$/, /^backup$/],
  [/^kopia$/, /^snapshot$/],
  [/^borg$/, /^create$/],
  [/^(rsync|duplicity|duplicacy)$/, /^/],
  [/^rclone$/, /^(copy|sync)$/],
  [/^tar$/, /^-{0,2}[a-z]*c[a-z]*$|^--create$/],
];

function copiesFolders(words: string[]): boolean {
  const name = programName(headOf(words));
  return COPYING.some(([program, how]) => program.test(name) && words.slice(1).some((word) => how.test(word)));
}

const isBusybox = (word: string) => programName(word) === "busybox";
