import { hasUnknown, readList, readPartly, UNKNOWN } from "../../known";
import type { Backup } from "../../stack/facts";
import { isTooLong, saysAfter, wordsOf } from "../shared/commands";
import { stringsIn } from "../shared/dump-words";

/** What tells that containers take backups: the commands that they run, in a shell line too, or an image made for it. */
export interface Found {
  /** With its article: `a CronJob that runs pg_dump`. */
  what: string;
  certain: boolean;
  method: Backup["method"];
}

/** A word of a command by itself: not a part of another, of an option, or of a path. */
const word = (text: string) => new RegExp(`(?<=^|[\\s"'])(${text})(?=$|[\\s"')])`);
const ALWAYS = /^/;
/** Programs that take backups, each by its name and by the word that makes it do so: `pgbackrest info` takes none. */
const COMMANDS: [RegExp, RegExp, string, Backup["method"]][] = [
  [/(?<![\w-])pg_dumpall(?![\w-])/, ALWAYS, "pg_dumpall", "logical"],
  [/(?<![\w-])pg_dump(?![\w-])/, ALWAYS, "pg_dump", "logical"],
  [/(?<![\w-])pg_basebackup(?![\w-])/, ALWAYS, "pg_basebackup", "physical"],
  [/(?<![\w-])pgbackrest(?![\w-])/, word("backup"), "pgbackrest", "physical"],
  [/(?<![\w-])wal-[eg](?![\w-])/, word("backup-push"), "WAL-G", "physical"],
  [/(?<![\w-])barman-cloud-backup(?![\w-])/, ALWAYS, "barman", "physical"],
  [/(?<![\w-])barman(?![\w-])/, word("backup"), "barman", "physical"],
  [/(?<![\w-])pg_probackup(?![\w-])/, word("backup"), "pg_probackup", "physical"],
  [/(?<![\w-])pg_rman(?![\w-])/, word("backup"), "pg_rman", "physical"],
];
const IMAGE = /pg[_-]?dump|pg[_-]?basebackup|postgres(?:ql)?[_-]?backup|pg[_-]?backup|pgbackrest|wal-g|barman/i;
/** What only looks at backups has their tool's name too. */
const LOOKING = /exporter|metrics/i;
/** What makes a command that is unknown at preview worth asking about. */
const HINT =
  /postgres|pgsql|(?<![a-z])pg(?![a-z])|PGHOST|PGPASSWORD|PGDATABASE|PGUSER|backup|dump|pgbackrest|wal-[eg]|barman/i;

/**
 * What `containers` do, which `kind` runs (`a CronJob`); undefined when it is no backup. `named` are names that hint at it.
 */
export function recognizeJob(containers: unknown[], kind: string, named: string[]): Found | undefined {
  const certain = certainly(containers, kind);
  if (certain) return certain;
  if (containers.some(isTooLong)) return uncertain(`${kind} whose command is too long to be read`);
  const commands = containers.flatMap((container) => wordsOf([container]).commands);
  const doubtful =
    containers.some((container) => mayBackUp(container, named)) ||
    COMMANDS.some(([name]) => commands.some((command) => hidesItsWord(command, name)));
  return doubtful ? uncertain(`${kind} whose command is unknown at preview and that may be a backup`) : undefined;
}

/** What starts a server: a copy that it makes first is its replica's. */
const SERVER = /(?<![\w-])(postgres|pg_ctl|patroni|docker-entrypoint\.sh)(?=$|[\s"')])/;

/**
 * The same of something that runs all the time, where only what is certain counts: nearly everything has a database's
 * host among its variables.
 */
export function recognizeService(containers: unknown[], kind: string): Found | undefined {
  const others = containers.filter((container) => !wordsOf([container]).commands.some((text) => SERVER.test(text)));
  return certainly(others, kind);
}

function certainly(containers: unknown[], kind: string): Found | undefined {
  const commands = containers.flatMap((container) => wordsOf([container]).commands);
  const program = COMMANDS.find(([name, how]) => commands.some((command) => saysAfter(command, name, how)));
  if (program) return { what: `${kind} that runs ${program[2]}`, certain: true, method: program[3] };
  const image = containers.some(isBackupImage);
  return image ? { what: `${kind} that runs a backup image`, certain: true, method: "unknown" } : undefined;
}

/** Whether what makes `program` take a backup may be in a variable that nobody knows: no other word says what it does. */
function hidesItsWord(command: string, program: RegExp): boolean {
  const found = program.exec(command);
  if (!found) return false;
  const rest = command.slice(found.index + found[0].length);
  const words = rest.replace(/(?<=\s)--?[\w-]+(=\S*|\s+[^\s-]\S*)?/g, " ").split(/[\s"']+/);
  return /(?<=^|[\s"'])\$[\w({@*]/.test(rest) && !words.some((text) => /^[a-z]/i.test(text));
}

export const uncertain = (what: string): Found => ({ what, certain: false, method: "unknown" });

/** An image with a command of its own does what the command says: a check or a listing in a backup image is no backup. */
function isBackupImage(container: unknown): boolean {
  const image = readPartly(container, "image");
  if (typeof image !== "string" || !IMAGE.test(image) || LOOKING.test(image)) return false;
  if (readList(container, "command").length > 0) return false;
  // Arguments that name the program are its whole command.
  return !wordsOf([container]).commands.some((command) => COMMANDS.some(([name]) => name.test(command)));
}

/** Whether a container, of whose command or image something is unknown, looks like one that takes backups. */
function mayBackUp(container: unknown, named: string[]): boolean {
  if (container === UNKNOWN) return true;
  const image = readPartly(container, "image");
  const command = ["command", "args"].map((key) => readPartly(container, key));
  if (!hasUnknown(command) && image !== UNKNOWN) return false;
  // Nothing is known of what it runs.
  const says = command.some((part) => part !== undefined && part !== UNKNOWN);
  if (image === UNKNOWN && !says) return true;
  const variables = readList(container, "env").flatMap((variable) => stringsIn(readPartly(variable, "name")));
  const own = [readPartly(container, "name"), image, command].flatMap((value) => stringsIn(value));
  return [...named, ...own, ...variables].some((clue) => HINT.test(clue));
}
