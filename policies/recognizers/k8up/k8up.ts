import type { PolicyResource } from "@pulumi/policy";
import {
  ABSENT,
  known,
  map,
  type Reading,
  read,
  readBoolean,
  readList,
  readNumber,
  readString,
  unknown,
} from "../../known";
import type { Backup, Database, RestoreTest, Schedule, ServerId, Store } from "../../stack/facts";
import type { Recognizer } from "../../stack/recognizer";
import { kubernetesKind, kubernetesNamespace, type StackView, sameReading, sameServer } from "../../stack/view";
import { serverNamedBy } from "../jobs/databases";
import { resticStore, unknownStore } from "../shared/backup-stores";
import { wordsOf } from "../shared/commands";
import { databasesInNamespace, databasesNamedIn, selectedBy } from "../shared/covered-databases";
import { foreignBackup } from "../shared/foreign-backup";
import { FOREVER, keptBy } from "../shared/keep-words";
import { type Dump, dumpsIn } from "./dumps";

/**
 * K8up (k8up.io/v1, api/v1 of its repository): restic backups of everything in a namespace: the claims, file by file, and
 * what the commands print that pods and PreBackupPods name. Its Checks and Restores prove nothing of PostgreSQL.
 */
export const k8up: Recognizer = {
  types: /^kubernetes:k8up\.io\/[^:]+:(Schedule|Backup|Check|Restore)(Patch)?$/,
  backups: (resource, view) => {
    const kind = kubernetesKind(resource.type)?.kind;
    if (kind === "Schedule" && has(resource, "spec", "backup")) return backup(resource, kind, ["spec", "backup"], view);
    return kind === "Backup" ? backup(resource, kind, ["spec"], view) : [];
  },
  restoreTests: (resource, view) => {
    const kind = kubernetesKind(resource.type)?.kind;
    if (kind !== "Schedule")
      return kind === "Check" || kind === "Restore" ? test(resource, kind, `a K8up ${kind}`, [], view) : [];
    return (["check", "restore"] as const)
      .filter((part) => has(resource, "spec", part))
      .flatMap((part) => {
        const kindOf = part === "check" ? "Check" : "Restore";
        return test(resource, kindOf, `the ${part} of a K8up Schedule`, [schedule(resource, ["spec", part])], view);
      });
  },
};

const has = ({ props }: PolicyResource, ...path: string[]) => read(props, ...path).state !== "absent";

function backup(resource: PolicyResource, kind: "Schedule" | "Backup", path: string[], view: StackView): Backup[] {
  const namespace = kubernetesNamespace(resource);
  const selectors = readList(resource.props, ...path, "labelSelectors");
  const inside = selectedBy(selectors, databasesInNamespace(namespace, view));
  const copied = inside.databases.filter((database) => !leftOut(database, view));
  const dumps = dumpsIn(namespace, view);
  const dumped = dumps.flatMap(({ words }) => databasesNamedIn(words, view));
  const databases = [...new Set([...copied, ...dumped])];
  if (databases.length === 0 && dumps.length === 0 && !inside.doubtful) return [];
  const program = dumps.map((dump) => dump.program).find(Boolean);
  const server = databases.length === 0 ? serverOf(dumps, namespace, view) : undefined;
  return [
    foreignBackup(resource, `K8up ${kind} ${resource.name}`, databases, view, {
      what: `a K8up ${kind}${program === undefined ? "" : ` whose pods run ${program}`}`,
      method: program !== undefined ? "logical" : dumps.length > 0 ? "unknown" : "volume",
      certain: program !== undefined || databases.length > 0,
      schedules: kind === "Schedule" ? [schedule(resource, path)] : [],
      deadlineSeconds: readNumber(resource.props, ...path, "activeDeadlineSeconds"),
      retention: retentionOf(resource, kind, view),
      stores: [storeOf(resource, kind, path, view)],
      plainText: dumps.flatMap(({ plainText }) => plainText),
      ...(server ? { server } : {}),
    }),
  ];
}

/** The server that all of `dumps` name, where another stack declares it. */
function serverOf(dumps: Dump[], namespace: Reading<string>, view: StackView): ServerId | undefined {
  const [first, ...others] = dumps.map(({ containers }) => serverNamedBy(wordsOf(containers), namespace, view));
  return first && others.every((other) => other && sameServer(first, other)) ? first : undefined;
}

/** Claims with the annotation `k8up.io/backup: "false"` are not copied; a CloudNativePG Cluster hands it down to its own. */
function leftOut({ urn }: Database, view: StackView): boolean {
  const cluster = view.ofKind("postgresql.cnpg.io", "Cluster").find((candidate) => candidate.urn === urn);
  const copied = readBoolean(cluster?.props, "spec", "inheritedMetadata", "annotations", "k8up.io/backup");
  return copied.state === "known" && !copied.value;
}

/**
 * Five fields or a macro. For `@daily-random` and the like the operator picks one moment of the day once and stays with
 * it (operator/schedulecontroller), so that its runs are as far apart as those of `@daily`.
 */
function schedule({ props }: PolicyResource, path: string[]): Schedule {
  const expression = map(readString(props, ...path, "schedule"), (text) => text.replace(/^(@\w+)-random$/, "$1"));
  return { expression, fields: "k8up", timeZone: ABSENT };
}

/** What prunes the repository: the Schedule itself, or whatever prunes in its namespace. Nothing else ever deletes. */
function retentionOf(resource: PolicyResource, kind: "Schedule" | "Backup", view: StackView): Backup["retention"] {
  if (kind === "Schedule" && has(resource, "spec", "prune"))
    return keptBy(resource.props, ["spec", "prune", "retention"]);
  const namespace = kubernetesNamespace(resource);
  const near = (other: PolicyResource) => sameReading(kubernetesNamespace(other), namespace);
  const schedules = view.ofKind("k8up.io", "Schedule").filter((other) => near(other) && has(other, "spec", "prune"));
  if (schedules[0]) return keptBy(schedules[0].props, ["spec", "prune", "retention"]);
  const prune = view.ofKind("k8up.io", "Prune").find(near);
  return prune ? keptBy(prune.props, ["spec", "retention"]) : FOREVER;
}

/** The backup's own backend, else the Schedule's, else what the operator's environment says for all. */
function storeOf(resource: PolicyResource, kind: "Schedule" | "Backup", path: string[], view: StackView): Store {
  const endpoint: Reading<string> = unknown("the S3 endpoint that K8up's operator has for all");
  const own = resticStore(resource, [...path, "backend"], view, { endpoint });
  const shared = kind === "Schedule" ? resticStore(resource, ["spec", "backend"], view, { endpoint }) : undefined;
  return own ?? shared ?? unknownStore("the backend that K8up's operator has for all", known(true));
}

const WHY_NOT = {
  Check: "it checks the repository and restores nothing",
  Restore: "it copies files back and checks nothing",
};

/** Covers the K8up backups of its namespace: all have one repository, or might. */
function test(
  resource: PolicyResource,
  kind: "Check" | "Restore",
  what: string,
  schedules: Schedule[],
  view: StackView,
): RestoreTest[] {
  const namespace = kubernetesNamespace(resource);
  const sources = [...view.ofKind("k8up.io", "Schedule"), ...view.ofKind("k8up.io", "Backup")];
  const urns = sources
    .filter((source) => sameReading(kubernetesNamespace(source), namespace))
    .map((source) => source.urn);
  const covered = view.backups.filter(({ urn }) => urns.includes(urn));
  if (covered.length === 0) return [];
  return [
    {
      urn: resource.urn,
      name: resource.name,
      what,
      origin: view.origin(resource),
      covers: covered.map(({ urn }) => urn),
      doesNotCount: WHY_NOT[kind],
      copies: covered[0]?.stores[0]?.location ?? ABSENT,
      schedules,
    },
  ];
}
