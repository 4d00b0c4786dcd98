import type { PolicyResource } from "@pulumi/policy";
import { goSeconds } from "../../../model/go-duration";
import {
  ABSENT,
  known,
  map,
  type Reading,
  readBoolean,
  readKeys,
  readList,
  readPartly,
  readString,
  UNKNOWN,
} from "../../known";
import type { Backup, PlainText, Schedule } from "../../stack/facts";
import type { Recognizer } from "../../stack/recognizer";
import { kubernetesKind, kubernetesNamespace, type StackView } from "../../stack/view";
import { veleroServer } from "../helm/velero";
import { hookProgram } from "../jobs/velero-hook";
import { plainTextOf } from "../shared/containers";
import {
  type Coverage,
  databasesInNamespaces,
  hasKubernetesDatabases,
  isNamespaceIncluded,
  selectedBy,
} from "../shared/covered-databases";
import { dumpProgram, namesPostgres } from "../shared/dump-words";
import { foreignBackup } from "../shared/foreign-backup";
import { POD_HOLDERS, podsHeldBy } from "../shared/pod-holders";
import { veleroRestores } from "./restores";
import { methodAndStores } from "./stores";

/**
 * Velero (velero.io/v1, pkg/apis/velero/v1): Schedules and Backups copy whole namespaces, and so the volumes of every
 * database in them. A Restore checks nothing.
 */
export const velero: Recognizer = {
  types: /^kubernetes:velero\.io\/[^:]+:(Schedule|Backup|Restore)(Patch)?$/,
  backups: (resource, view) => {
    const kind = kubernetesKind(resource.type)?.kind;
    if (kind === "Schedule") return backup(resource, "Schedule", ["spec", "template"], view);
    return kind === "Backup" ? backup(resource, "Backup", ["spec"], view) : [];
  },
  restoreTests: (resource, view) =>
    kubernetesKind(resource.type)?.kind === "Restore" ? veleroRestores(resource, view) : [],
};

function backup(resource: PolicyResource, kind: "Schedule" | "Backup", path: string[], view: StackView): Backup[] {
  const paused = kind === "Schedule" ? readBoolean(resource.props, "spec", "paused") : ABSENT;
  if (paused.state === "known" && paused.value) return [];
  const template = readPartly(resource.props, ...path);
  if (!includesVolumes(template)) return [];
  const coverage = coverageOf(template, view);
  const program = dumpProgram(readPartly(template, "hooks")) ?? annotatedProgram(template, view);
  const hinted = !hasKubernetesDatabases(view) && namesPostgres([resource.name, clues(resource, template)]);
  if (coverage.databases.length === 0 && !coverage.doubtful && program === undefined && !hinted) return [];
  const { method, stores, certain } = methodAndStores(resource, path, view);
  const sure = program !== undefined || (certain && (coverage.databases.length > 0 || hinted));
  return [
    foreignBackup(resource, `Velero ${kind} ${resource.name}`, coverage.databases, view, {
      what: `a Velero ${kind}${program === undefined ? "" : ` whose hooks run ${program}`}`,
      method: program === undefined ? method : "logical",
      certain: sure && paused.state !== "unknown",
      schedules: kind === "Schedule" ? [schedule(resource)] : [],
      retention: { count: ABSENT, seconds: retentionSeconds(resource, path, view), elsewhere: false },
      stores,
      plainText: hookPlainText(template, path),
    }),
  ];
}

function coverageOf(template: unknown, view: StackView): Coverage {
  if (template === UNKNOWN) return { databases: [], doubtful: true };
  const included = readList(template, "includedNamespaces");
  const inside = databasesInNamespaces(included, readList(template, "excludedNamespaces"), view);
  return selectedBy([readPartly(template, "labelSelector"), ...readList(template, "orLabelSelectors")], inside);
}

/** The program that a hook in the annotations of a pod dumps with, in one of the namespaces that are backed up. */
function annotatedProgram(template: unknown, view: StackView): string | undefined {
  const hooks = hooksIn(view);
  if (hooks.length === 0 || template === UNKNOWN) return undefined;
  const included = readList(template, "includedNamespaces");
  const excluded = readList(template, "excludedNamespaces");
  return hooks.find(({ namespace }) => isNamespaceIncluded(namespace, included, excluded))?.program;
}

interface Hook {
  namespace: Reading<string>;
  program: string;
}

const hooksOfViews = new WeakMap<StackView, Hook[]>();

/** Read once, however many Schedules there are. */
function hooksIn(view: StackView): Hook[] {
  const known = hooksOfViews.get(view);
  if (known) return known;
  const hooks = view.resources
    .filter(({ type }) => POD_HOLDERS.test(type))
    .flatMap((resource) =>
      podsHeldBy(resource).flatMap(({ annotations }): Hook[] => {
        const program = hookProgram(annotations);
        return program === undefined ? [] : [{ namespace: kubernetesNamespace(resource), program }];
      }),
    );
  hooksOfViews.set(view, hooks);
  return hooks;
}

/** Volumes come with pods and claims: a backup of other kinds alone holds manifests and no data. */
const WITH_VOLUMES = /^(\*|pods?|po|persistentvolumeclaims?|pvc|persistentvolumes?|pv)$/i;

function includesVolumes(template: unknown): boolean {
  const of = (key: string) => readList(template, key);
  const included = [...of("includedResources"), ...of("includedNamespacedResources")];
  const excluded = [...of("excludedResources"), ...of("excludedNamespacedResources")];
  if (excluded.includes("*")) return false;
  if (included.length === 0) return true;
  return included.some((kind) => typeof kind !== "string" || (WITH_VOLUMES.test(kind) && !excluded.includes(kind)));
}

/** What people name after the thing that they back up. */
function clues(resource: PolicyResource, template: unknown): unknown[] {
  const metadata = readPartly(resource.props, "metadata");
  const labels = readPartly(metadata, "labels");
  const selector = readPartly(template, "labelSelector");
  return [readPartly(metadata, "name"), labels, readKeys(labels), selector, readList(template, "includedNamespaces")];
}

/** Velero's cron is robfig's: five fields, macros, and a time zone before them (`CRON_TZ=Europe/Zurich 0 2 * * *`). */
const ZONED = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/;

function schedule(resource: PolicyResource): Schedule {
  const text = readString(resource.props, "spec", "schedule");
  return {
    expression: map(text, (value) => ZONED.exec(value)?.[2] ?? value),
    fields: "any",
    timeZone: text.state === "known" ? map(text, (value) => ZONED.exec(value)?.[1]) : ABSENT,
  };
}

/** The server's default for a backup without a ttl, or with one of zero: 30 days (`defaultBackupTTL` in pkg/cmd/server). */
const DEFAULT_TTL = 30 * 86_400;

function retentionSeconds(resource: PolicyResource, path: string[], view: StackView): Reading<number> {
  const own = readString(resource.props, ...path, "ttl");
  const ofServer = veleroServer(kubernetesNamespace(resource), view)?.defaultBackupTTL ?? ABSENT;
  const isNone = own.state === "absent" || (own.state === "known" && goSeconds(own.value) === 0);
  const ttl = isNone ? ofServer : own;
  return ttl.state === "absent" ? known(DEFAULT_TTL) : map(ttl, goSeconds);
}

/** Passwords in the commands of hooks. */
function hookPlainText(template: unknown, path: string[]): PlainText[] {
  return readList(template, "hooks", "resources").flatMap((hook, index) =>
    ["pre", "post"].flatMap((when) =>
      readList(hook, when).flatMap((step, at) => {
        const found = plainTextOf([readPartly(step, "exec")], "");
        return found.length === 0
          ? []
          : [{ path: `${path.join(".")}.hooks.resources[${index}].${when}[${at}].exec.command` }];
      }),
    ),
  );
}
