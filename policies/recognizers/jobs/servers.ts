import { hasUnknown, readList, readNumber, readPartly, readString } from "../../known";
import { argvOf } from "../shared/commands";
import { backupImage, isControllerImage, isServerImage } from "../shared/images";
import { onlySays } from "./commands";
import type { Runs } from "./runs";

/**
 * Whether a container is a PostgreSQL server: by how it is run, for a server's image is what clients, checks and dumps
 * are run with, too; and a server may be in an image of somebody's own.
 */
export function runsServer(container: unknown, runs: Runs): boolean {
  const image = readString(container, "image");
  const name = image.state === "known" ? image.value : "";
  const heads = [...runs.heads];
  if (heads.some((head) => STARTS.test(head))) return true;
  const looks = isServerImage(name);
  if (looks && startsByItself(container, heads)) return true;
  if (heads.some(isClient) || isControllerImage(name) || backupImage(name) !== undefined)
    return looks && listens(container);
  if (looks) return listens(container) || holdsData(container);
  return holdsData(container) && (listens(container) || hasServerVariables(container));
}

/** Commands that start a server, in whatever image. */
const STARTS =
  /(^|\/)(postgres|postmaster|pg_ctl|pg_ctlcluster|patroni|pg_autoctl|run-postgresql)$|postgres(ql)?\/(run|entrypoint)\.sh$/;
/** … and entry points that do so in a server's image. */
const ENTRY_POINT = /(^|\/)(docker-entrypoint|container-entrypoint|entrypoint|launch)(\.sh)?$/;

/** The image's own command, or options for it; or a command that is unknown, which may well be it. */
function startsByItself(container: unknown, heads: string[]): boolean {
  const command = ["command", "args"].map((key) => readPartly(container, key));
  if (hasUnknown(command) || argvOf(container).length === 0) return true;
  const options = readList(container, "command").length === 0 && (argvOf(container)[0] ?? "").startsWith("-");
  return options || heads.some((head) => ENTRY_POINT.test(head));
}

const CLIENT =
  /(^|\/)(psql|pg_\w+|pgbench|createdb|dropdb|vacuumdb|reindexdb|pgbackrest|wal-[eg]|barman[\w-]*|tail|sleep)$/;
const isClient = (head: string) => CLIENT.test(head) || onlySays(head);

function listens(container: unknown): boolean {
  return readList(container, "ports").some((port) => {
    const number = readNumber(port, "containerPort");
    return number.state === "known" && number.value === 5432;
  });
}

/** Where servers' images keep their data. */
const DATA = /^\/(var\/lib\/(postgresql|pgsql|postgres)|bitnami\/postgresql|pgdata|home\/postgres\/pgdata)(\/|$)/;

function holdsData(container: unknown): boolean {
  return readList(container, "volumeMounts").some((mount) => {
    const path = readString(mount, "mountPath");
    return path.state === "known" && DATA.test(path.value);
  });
}

const VARIABLE = /^(POSTGRES|POSTGRESQL)_(PASSWORD|DB|DATABASE|USER|USERNAME|ADMIN_PASSWORD)(_FILE)?$|^PGDATA$/;

function hasServerVariables(container: unknown): boolean {
  return readList(container, "env").some((variable) => {
    const name = readString(variable, "name");
    return name.state === "known" && VARIABLE.test(name.value);
  });
}
