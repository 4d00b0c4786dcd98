import type { Backup } from "../../stack/facts";
import { type Part, partOf } from "./parts";

/** Which programs take backups, and which commands only have their names among their words. */

/** A program that takes backups, and how it was called. */
export interface Ran {
  name: string;
  method: Backup["method"];
  /** The part that a dump is of. */
  part?: Part | undefined;
}

interface Program {
  name: string;
  method: Backup["method"];
  /** The word that makes it take one: `pgbackrest info` takes none. @default it always does */
  word?: string;
}

const PROGRAMS: Record<string, Program> = {
  pg_dump: { name: "pg_dump", method: "logical" },
  pg_dumpall: { name: "pg_dumpall", method: "logical" },
  pg_basebackup: { name: "pg_basebackup", method: "physical" },
  pgbackrest: { name: "pgbackrest", method: "physical", word: "backup" },
  "wal-g": { name: "WAL-G", method: "physical", word: "backup-push" },
  "wal-e": { name: "WAL-G", method: "physical", word: "backup-push" },
  barman: { name: "barman", method: "physical", word: "backup" },
  "barman-cloud-backup": { name: "barman", method: "physical" },
  pg_probackup: { name: "pg_probackup", method: "physical", word: "backup" },
  pg_rman: { name: "pg_rman", method: "physical", word: "backup" },
};

/** The last part of a path; what is an address is none. */
export function programName(word: string): string {
  return word.includes("://") ? word : word.slice(word.lastIndexOf("/") + 1);
}

/** Whether `word` is the name, or the path, of a program that can take backups. */
export function isProgram(word: string): boolean {
  return Object.hasOwn(PROGRAMS, programName(word));
}

const ASKS = /^(--version|-V|--help|-\?)$/;

/** What `words`, of which the first is such a program, take; `hidden` where that stands in a variable that nobody knows. */
export function ranBy(words: string[]): Ran | "hidden" | undefined {
  const [first = "", ...args] = words;
  const key = programName(first);
  const program = Object.hasOwn(PROGRAMS, key) ? PROGRAMS[key] : undefined;
  if (!program || (args.length > 0 && args.every((word) => ASKS.test(word)))) return undefined;
  const { name, method, word } = program;
  if (word !== undefined && !args.includes(word)) return hidesItsWord(args) ? "hidden" : undefined;
  return { name, method, part: partOf(key, args) };
}

/** Whether what makes a program take a backup may be in a variable: no other word says what it does. */
function hidesItsWord(args: string[]): boolean {
  if (!args.some((word) => word.startsWith("$"))) return false;
  const plain = args.filter((word, index) => {
    const before = args[index - 1] ?? "";
    // An option's value may stand in a word of its own.
    return !word.startsWith("-") && !(/^--?[\w-]+$/.test(before) && !word.startsWith("-"));
  });
  return !plain.some((word) => /^[a-z]/i.test(word));
}

export const SHELLS = /^(sh|bash|ash|dash|zsh|ksh|su|runuser)$/;
/** What runs scripts in other languages. */
export const INTERPRETERS = /^(python[\d.]*|perl|ruby|node|nodejs|deno|bun|php\d*|pwsh|Rscript)$/;
export const CLOCKS = /^(crond|cron|supercronic|go-crond?|crontab|busybox-crond|fcron|jobber)$/;

/** Commands that say, look for, or move something of such a name, and run nothing of it. */
const SAYS =
  /^(echo|printf|[efz]?grep|rg|pgrep|pkill|killall|kill|ps|sed|awk|gawk|tr|cut|sort|uniq|wc|which|type|hash|man|info|cat|head|tail|less|more|ls|ll|stat|file|du|df|rm|mv|cp|ln|mkdir|rmdir|touch|chmod|chown|chgrp|test|\[|\[\[|apk|apt|apt-get|dnf|yum|microdnf|zypper|pip\d?|npm|brew|tee|logger|mail|sendmail|curl|wget|aws|gsutil|gcloud|az|azcopy|mc|rclone|s3cmd|gzip|gunzip|zstd|tar|openssl|gpg|age|sha256sum|md5sum|psql|pg_isready|pg_restore|createdb|dropdb|createuser|vacuumdb|reindexdb|pgbench|export|unset|local|readonly|declare|cd|pushd|popd|exit|return|true|false|:|wait|sleep|date|hostname|read|shift|getopts|basename|dirname|seq|case|function|alias|trap|umask|source-highlight)$/;
/** Functions that people call what reports. */
const REPORTS = /^(log|warn|info|err|debug|die|fail|msg|message|say|notify|alert|slack|report|print|send_)\w*$/i;

export function onlySays(head: string): boolean {
  return SAYS.test(programName(head)) || REPORTS.test(head);
}

/** Clients of container platforms, which run something in a container with some of their words only. */
const PLATFORMS = /^(kubectl|oc|docker|podman|nerdctl|crictl)$/;

export function runsNothing(words: string[]): boolean {
  const [head = "", ...args] = words;
  return PLATFORMS.test(programName(head)) && !args.some((word) => /^(exec|run|debug|create)$/.test(word));
}
