import type { PolicyResource } from "@pulumi/policy";
import { goSeconds } from "../../../model/go-duration";
import { isYes, known, map, read, readBoolean, readList, readPartly, readString } from "../../known";
import type { Backup, Database, RestoreTest, Schedule, ServerId, Store } from "../../stack/facts";
import type { Recognizer } from "../../stack/recognizer";
import { kubernetesKind, kubernetesNamespace, type StackView, sameServer, serverText } from "../../stack/view";
import { resticStore, SNAPSHOTS, unknownStore } from "../shared/backup-stores";
import { databaseOfClaim } from "../shared/covered-databases";
import { namesPostgres } from "../shared/dump-words";
import { foreignBackup } from "../shared/foreign-backup";
import { keptBy } from "../shared/keep-words";
import { reference } from "./references";

/**
 * Stash, KubeStash's predecessor (stash.appscode.com, apis/stash/v1beta1 of stashed/apimachinery): restic or snapshots of
 * one target, or in a BackupBatch of several. What it restores it does not look at.
 */
export const stash: Recognizer = {
  types: /^kubernetes:stash\.appscode\.com\/[^:]+:(BackupConfiguration|BackupBatch|RestoreSession)(Patch)?$/,
  backups: (resource, view) => {
    const paused = readBoolean(resource.props, "spec", "paused");
    if (isYes(paused) || kindOf(resource) === "RestoreSession") return [];
    const members = kindOf(resource) === "BackupBatch" ? readList(resource.props, "spec", "members") : undefined;
    const specs = members ?? [readPartly(resource.props, "spec")];
    return specs.flatMap((spec) => backup(resource, spec, paused.state !== "unknown", view));
  },
  restoreTests: (resource, view) => (kindOf(resource) === "RestoreSession" ? restoreSession(resource, view) : []),
};

const kindOf = ({ type }: PolicyResource) => kubernetesKind(type)?.kind;

/** A backup of what `spec`, the resource's own or a member of a batch, has for a target. */
function backup(resource: PolicyResource, spec: unknown, certainly: boolean, view: StackView): Backup[] {
  const target = targetOf(spec, resource, view);
  if (!target) return [];
  const { props } = resource;
  const driver = readString(props, "spec", "driver");
  const snapshots = driver.state === "known" && driver.value === "VolumeSnapshotter";
  const schedule: Schedule = {
    expression: readString(props, "spec", "schedule"),
    fields: "any",
    timeZone: { state: "absent" },
  };
  const label = `Stash ${kindOf(resource)} ${resource.name}`;
  return [
    foreignBackup(resource, label, target.database ? [target.database] : [], view, {
      ...(target.server ? { server: target.server } : {}),
      what: `a Stash ${kindOf(resource)}`,
      method: snapshots ? "snapshot" : target.volume ? "volume" : "logical",
      certain: target.certain && certainly,
      schedules: schedule.expression.state === "absent" ? [] : [schedule],
      deadlineSeconds: map(readString(props, "spec", "timeOut"), goSeconds),
      retention: keptBy(props, ["spec", "retentionPolicy"]),
      stores: [
        driver.state === "unknown" ? unknownStore(driver.path) : snapshots ? SNAPSHOTS : repository(resource, view),
      ],
    }),
  ];
}

interface Target {
  database?: Database;
  /** The server that it names, whoever declares it. */
  server?: ServerId;
  /** A claim, and so its files; otherwise what the addon's task dumps. */
  volume: boolean;
  certain: boolean;
}

/**
 * What it backs up, if that is PostgreSQL: by the task of the addon (`postgres-backup-15.1`), by an AppBinding or a KubeDB
 * Postgres that has a database's name, or by a database's claim.
 */
function targetOf(spec: unknown, resource: PolicyResource, view: StackView): Target | undefined {
  const kind = readString(spec, "target", "ref", "kind");
  const server = reference(spec, ["target", "ref"], kubernetesNamespace(resource));
  const task = readString(spec, "task", "name");
  const is = (...kinds: string[]) => kind.state === "known" && kinds.includes(kind.value);
  if (is("PersistentVolumeClaim")) {
    const database = databaseOfClaim(server.namespace, server.name, view);
    return database ? { database, volume: true, certain: true } : undefined;
  }
  const database = view.database(server);
  const named = server.name.state === "known" && server.namespace.state === "known";
  // A workload's volumes are copied from beside it.
  if (is("StatefulSet", "Deployment") && database) return { database, volume: true, certain: true };
  const dumps = task.state === "known" && namesPostgres(task.value);
  if (dumps || is("Postgres") || (is("AppBinding") && database))
    return { ...(database ? { database } : {}), ...(named ? { server } : {}), volume: false, certain: true };
  const unclear =
    kind.state === "unknown" || task.state === "unknown" || (is("AppBinding") && server.name.state === "unknown");
  return unclear ? { volume: false, certain: false } : undefined;
}

/** Where the Repository is to which it writes; one of another namespace may be shared. */
function repository(resource: PolicyResource, view: StackView): Store {
  const named = reference(resource.props, ["spec", "repository"], kubernetesNamespace(resource));
  if (named.name.state === "unknown") return unknownStore(named.name.path, known(true));
  const found = view.named("stash.appscode.com", "Repository", named);
  const store = found && resticStore(found, ["spec", "backend"], view);
  return store ?? unknownStore(`the Repository ${serverText(named)}, which this stack does not declare`, known(true));
}

/** Restores from a Repository into its target. */
function restoreSession(resource: PolicyResource, view: StackView): RestoreTest[] {
  const repositoryOf = (user: PolicyResource): ServerId =>
    reference(user.props, ["spec", "repository"], kubernetesNamespace(user));
  const sources = ["BackupConfiguration", "BackupBatch"]
    .flatMap((kind) => view.ofKind("stash.appscode.com", kind))
    .filter((source) => sameServer(repositoryOf(source), repositoryOf(resource)));
  const covered = view.backups.filter(({ urn }) => sources.some((source) => source.urn === urn));
  if (covered.length === 0) return [];
  const target = reference(resource.props, ["spec", "target", "ref"], kubernetesNamespace(resource));
  const over = sources.some(({ props }) => {
    const specs = [readPartly(props, "spec"), ...readList(props, "spec", "members")];
    return specs.some((spec) => sameServer(reference(spec, ["target", "ref"], kubernetesNamespace(resource)), target));
  });
  const unclear = read(resource.props, "spec", "target").state === "unknown";
  const where = over
    ? `, and it restores over ${serverText(target)}`
    : unclear
      ? ", and where to is unknown at preview"
      : "";
  return [
    {
      urn: resource.urn,
      name: resource.name,
      what: "a Stash RestoreSession",
      origin: view.origin(resource),
      covers: covered.map(({ urn }) => urn),
      doesNotCount: `it restores once and checks nothing${where}`,
      copies: covered[0]?.stores[0]?.location ?? { state: "absent" },
      schedules: [],
    },
  ];
}
