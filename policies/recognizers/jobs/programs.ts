import { hasUnknown, readList, readPartly, readString, UNKNOWN } from "../../known";
import type { Backup } from "../../stack/facts";
import { argvOf, isTooLong } from "../shared/commands";
import { stringsIn } from "../shared/dump-words";
import { backupImage, isControllerImage } from "../shared/images";
import { isProgram } from "./commands";
import type { Followed } from "./followed";
import { partText } from "./parts";
import { runsServer } from "./servers";

/** What tells that containers take backups: the commands that they run, in a shell line too, or an image made for it. */
export interface Found {
  /** With its article: `a CronJob that runs pg_dump`. */
  what: string;
  certain: boolean;
  method: Backup["method"];
  /** Why what it makes is no backup of the database: it is of a part. */
  doesNotCount?: string;
}

/** What makes something that cannot be followed worth asking about. */
const HINT =
  /postgres|pgsql|(?<![a-z])pg(?![a-z])|PGHOST|PGPASSWORD|PGDATABASE|PGUSER|backup|dump|pgbackrest|wal-[eg]|barman/i;

/** What is around the containers. */
export interface Surroundings {
  /** What runs them, with its article: `a CronJob`. */
  kind: string;
  /** Names that hint at a backup. */
  named: string[];
  /** Whether a database of the stack is in the same namespace, of which it may be. */
  near: boolean;
  /** Whether they have a volume with a database's files. */
  hasFiles: (container: unknown) => boolean;
}

/** What containers that run to their end do; undefined when it is no backup. */
export function recognizeJob(all: Followed[], around: Surroundings): Found | undefined {
  const { kind, named } = around;
  const certain = certainly(all, around) ?? copying(all, around);
  if (certain) return certain;
  if (all.some(({ container }) => isTooLong(container)))
    return uncertain(`${kind} whose command is too long to be read`);
  const untold = untoldBy(all, around);
  if (untold !== undefined) return uncertain(`${kind} that runs ${untold} and that may be a backup`);
  if (all.some(({ container }) => mayBackUp(container, named)))
    return uncertain(`${kind} whose command is unknown at preview and that may be a backup`);
  const own = all.some(({ container }) => mentionsBackup(container, false) && knowsPostgres(container));
  return own ? uncertain(`${kind} that runs something called a backup, with a database's address`) : undefined;
}

/**
 * The same of something that runs all the time, where only what is certain counts, or what is called a backup: nearly
 * everything has a database's host among its variables. What starts a server is none: a copy that it makes first is its
 * replica's.
 */
export function recognizeService(all: Followed[], around: Surroundings): Found | undefined {
  const { kind } = around;
  const others = all.filter(({ container, runs }) => !runsServer(container, runs));
  const certain = certainly(others, around);
  if (certain) return certain;
  const clocked = others.filter(({ runs }) =>
    [...runs.heads].some((head) => /(^|\/)(crond|supercronic|go-crond?)$/.test(head)),
  );
  const untold = untoldBy(clocked, around);
  if (untold !== undefined) return uncertain(`${kind} that runs ${untold} and that may be a backup`);
  const own = others.some(({ container }) => mentionsBackup(container, true) && knowsPostgres(container));
  return own ? uncertain(`${kind} that runs something called a backup, with a database's address`) : undefined;
}

function certainly(all: Followed[], around: Surroundings): Found | undefined {
  const { kind } = around;
  const ran = all.flatMap(({ runs }) => runs.ran);
  const [first] = ran.toSorted((a, b) => Number(a.part !== undefined) - Number(b.part !== undefined));
  if (first) {
    const part = partText(ran.map((one) => one.part));
    const what = `${kind} that runs ${first.name}`;
    return { what, certain: true, method: first.method, ...(part === undefined ? {} : { doesNotCount: part }) };
  }
  const image = all.some(({ container }) => isBackupImage(container));
  if (image) return { what: `${kind} that runs a backup image`, certain: true, method: "unknown" };
  const copied = all.some(({ container }) => isGenericImage(container) && around.hasFiles(container));
  return copied ? { what: `${kind} that copies a database's files`, certain: true, method: "volume" } : undefined;
}

function copying(all: Followed[], { kind, hasFiles }: Surroundings): Found | undefined {
  const copied = all.some(({ container, runs }) => runs.copies && hasFiles(container));
  return copied ? { what: `${kind} that copies a database's files`, certain: true, method: "volume" } : undefined;
}

/** What cannot be followed, where it may be a backup of PostgreSQL. */
function untoldBy(all: Followed[], { named, near }: Surroundings): string | undefined {
  for (const { container, runs } of all) {
    const [first] = runs.untold;
    if (first !== undefined && (near || hints(container, named))) return first;
  }
  return undefined;
}

export const uncertain = (what: string): Found => ({ what, certain: false, method: "unknown" });

/** An image with a command of its own does what the command says: a check or a listing in a backup image is no backup. */
function isBackupImage(container: unknown): boolean {
  const image = ownImage(container);
  const kind = image === undefined ? undefined : backupImage(image);
  if (kind === "postgres") return true;
  return kind === "any" && isKnownProduct(image ?? "") && saysPostgres(container);
}

/** Products whose images back up whatever they are told to. */
const PRODUCTS =
  /(^|\/)(gobackup|borgmatic|(docker-)?(db|database)-backup|logical-backup|docker-volume-backup)([-_:@]|$)/i;
const isKnownProduct = (image: string) => PRODUCTS.test(image);

function isGenericImage(container: unknown): boolean {
  const image = ownImage(container);
  return image !== undefined && backupImage(image) === "any";
}

/** The image, where its own command is run: arguments that name a program are a command of their own. */
function ownImage(container: unknown): string | undefined {
  const image = readPartly(container, "image");
  if (typeof image !== "string" || isControllerImage(image) || isController(container)) return undefined;
  if (readList(container, "command").length > 0) return undefined;
  return argvOf(container).some((word) => word.split(/\s+/).some(isProgram)) ? undefined : image;
}

/** What operators are started with, by the library that most of them are made with (sigs.k8s.io/controller-runtime). */
function isController(container: unknown): boolean {
  return argvOf(container).some(
    (word, index) =>
      /^--(leader-elect|metrics-bind-address|health-probe-bind-address|webhook-)/.test(word) ||
      (index === 0 && /^(operator|manager|controller)$/.test(word)),
  );
}

/** Whether a container, of whose command or image something is unknown, looks like one that takes backups. */
function mayBackUp(container: unknown, named: string[]): boolean {
  if (container === UNKNOWN) return true;
  const image = readPartly(container, "image");
  const command = ["command", "args"].map((key) => readPartly(container, key));
  if (!hasUnknown(command) && image !== UNKNOWN) return false;
  // Nothing is known of what it runs.
  const says = command.some((part) => part !== undefined && part !== UNKNOWN);
  return (image === UNKNOWN && !says) || hints(container, named);
}

function hints(container: unknown, named: string[]): boolean {
  const variables = readList(container, "env").flatMap((variable) => stringsIn(readPartly(variable, "name")));
  const own = ["name", "image", "command", "args"].flatMap((key) => stringsIn(readPartly(container, key)));
  return [...named, ...own, ...variables].some((clue) => HINT.test(clue));
}

/** Whether the image, or the program that it is started with, is called a backup. Of a service, it must be its last word. */
function mentionsBackup(container: unknown, service: boolean): boolean {
  const image = readPartly(container, "image");
  if (isController(container) || (typeof image === "string" && isControllerImage(image))) return false;
  const [first = "", second = ""] = argvOf(container);
  const last =
    typeof image === "string"
      ? (image
          .toLowerCase()
          .replace(/@.*$|:[^/:]*$/g, "")
          .split("/")
          .at(-1) ?? "")
      : "";
  if (service) return argvOf(container).length === 0 && /(^|[-_.])(backup|backups|dump|dumper)$/.test(last);
  const programs = [first, second].filter((word) => word.length < 200 && !/\s/.test(word));
  return [last, ...programs].some((word) => /(^|[-_./])(backups?|dumps?|dumper|bkup)([-_.]|$)/i.test(word));
}

const POSTGRES_VARIABLE = /^PG(HOST|HOSTADDR|DATABASE|USER|PASSWORD|PASSFILE|SERVICE)$|POSTGRES|PGSQL/i;

/** Whether its variables say that it talks to a PostgreSQL server. */
function knowsPostgres(container: unknown): boolean {
  return readList(container, "env").some((variable) => {
    const name = readString(variable, "name");
    const value = readString(variable, "value");
    return (
      (name.state === "known" && POSTGRES_VARIABLE.test(name.value)) ||
      (value.state === "known" && /^postgres(ql)?:\/\//.test(value.value))
    );
  });
}

/** The same of a product that backs up several kinds, which may also say it by a value: `DB_TYPE=pgsql`. */
function saysPostgres(container: unknown): boolean {
  if (knowsPostgres(container)) return true;
  return readList(container, "env").some((variable) => {
    const value = readString(variable, "value");
    return value.state === "known" && /^(postgres(ql)?|pgsql)$/i.test(value.value);
  });
}
