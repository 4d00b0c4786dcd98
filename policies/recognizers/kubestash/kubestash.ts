import type { PolicyResource } from "@pulumi/policy";
import { goSeconds } from "../../../model/go-duration";
import { known, map, type Reading, read, readBoolean, readList, readString } from "../../known";
import type { Backup, Database, ServerId } from "../../stack/facts";
import type { Recognizer } from "../../stack/recognizer";
import { kubernetesKind, kubernetesNamespace, type StackView, sameReading } from "../../stack/view";
import { SNAPSHOTS, unknownStore } from "../shared/backup-stores";
import { databaseOfClaim } from "../shared/covered-databases";
import { namesPostgres } from "../shared/dump-words";
import { foreignBackup } from "../shared/foreign-backup";
import { archiverBackup, kubeDbDatabase } from "./kubedb";
import { reference, retentionOf, storageStore } from "./references";
import { type Session, scheduleOf, sessionsOf } from "./sessions";
import { restoreSessionTest, verifierTest } from "./tests";

/**
 * KubeStash (core.kubestash.com, apis/core/v1alpha1 of kubestash/apimachinery) and the KubeDB servers that it backs up.
 * A BackupVerifier is the one restore test that a backup operator brings along.
 */
export const kubeStash: Recognizer = {
  types:
    /^kubernetes:(core\.kubestash\.com\/[^:]+:(BackupConfiguration|BackupVerifier|RestoreSession)|(kubedb\.com\/[^:]+:Postgres|archiver\.kubedb\.com\/[^:]+:PostgresArchiver))(Patch)?$/,
  databases: (resource, view) => (kindOf(resource) === "Postgres" ? kubeDbDatabase(resource, view) : []),
  backups: (resource, view) => {
    if (kindOf(resource) === "PostgresArchiver") return archiverBackup(resource, view);
    return kindOf(resource) === "BackupConfiguration" ? configured(resource, view) : [];
  },
  restoreTests: (resource, view) => {
    if (kindOf(resource) === "BackupVerifier") return verifierTest(resource, view);
    return kindOf(resource) === "RestoreSession" ? restoreSessionTest(resource, view) : [];
  },
};

const kindOf = ({ type }: PolicyResource) => kubernetesKind(type)?.kind;

function configured(resource: PolicyResource, view: StackView): Backup[] {
  const paused = readBoolean(resource.props, "spec", "paused");
  if (paused.state === "known" && paused.value) return [];
  const certainly = paused.state !== "unknown";
  return sessionsOf(resource).flatMap((session) => sessionBackup(resource, session, certainly, view));
}

function sessionBackup(resource: PolicyResource, session: Session, certainly: boolean, view: StackView): Backup[] {
  const target = targetOf(resource, session, view);
  if (!target) return [];
  const name = session.name.state === "known" ? `, session ${session.name.value}` : "";
  const label = `KubeStash BackupConfiguration ${resource.name}${name}`;
  return [
    foreignBackup(resource, label, target.database ? [target.database] : [], view, {
      what: "a KubeStash BackupConfiguration",
      ...(target.server ? { server: target.server } : {}),
      method: target.files && session.method !== "snapshot" ? "volume" : session.method,
      certain: target.certain && certainly,
      schedules: scheduleOf(session.spec),
      deadlineSeconds: map(readString(session.spec, "backupTimeout"), goSeconds),
      ...placesOf(resource, session, view),
    }),
  ];
}

interface Target {
  database?: Database;
  /** What it names, whether or not this stack declares it. */
  server?: ServerId;
  /** Its files, whatever the addon calls that (`logical-backup` of the pvc-addon and the workload-addon, too). */
  files?: boolean;
  certain: boolean;
}

/**
 * What the session backs up, if that is PostgreSQL: a KubeDB Postgres or whatever the postgres-addon dumps, by its name
 * (an AppBinding has its server's), or the claim of a database.
 */
function targetOf(resource: PolicyResource, { spec }: Session, view: StackView): Target | undefined {
  const own = kubernetesNamespace(resource);
  const kind = readString(resource.props, "spec", "target", "kind");
  const server = reference(resource.props, ["spec", "target"], own);
  const addon = readString(spec, "addon", "name");
  const isKind = (name: string) => kind.state === "known" && kind.value === name;
  if (isKind("PersistentVolumeClaim")) {
    const database = databaseOfClaim(server.namespace, server.name, view);
    return database ? { database, files: true, certain: true } : undefined;
  }
  const database = view.database(server);
  if (isKind("Postgres")) return { database, server, certain: true };
  if (addon.state === "known" && namesPostgres(addon.value)) return { database, certain: true };
  if (isKind("StatefulSet") && database) return { database, files: true, certain: true };
  return kind.state === "unknown" || addon.state === "unknown" ? { certain: false } : undefined;
}

/** Where the session's repositories lie, and for how long snapshots are kept there; each backend has its own policy. */
function placesOf(resource: PolicyResource, { spec, method }: Session, view: StackView): Places {
  const own = kubernetesNamespace(resource);
  const backends = readList(resource.props, "spec", "backends");
  const repositories = readList(spec, "repositories");
  const places = (repositories.length > 0 ? repositories : [undefined]).map((repository) => {
    const named = readString(repository, "backend");
    const backend =
      named.state === "absent"
        ? only(backends)
        : backends.find((other) => sameReading(readString(other, "name"), named));
    // restic encrypts; what it writes without a key of the session's own is not said.
    const encrypted = map(read(repository, "encryptionSecret"), () => true);
    const store =
      named.state === "unknown"
        ? unknownStore(named.path, encrypted)
        : storageStore(reference(backend, ["storageRef"], own), view, encrypted);
    const policy = [backend, spec].find((owner) => read(owner, "retentionPolicy").state !== "absent");
    return { store, retention: retentionOf(reference(policy, ["retentionPolicy"], own), view) };
  });
  const retentions = places.map(({ retention }) => retention);
  return {
    stores: method === "snapshot" ? [SNAPSHOTS] : places.map(({ store }) => store),
    retention: {
      count: least(retentions.map(({ count }) => count)),
      seconds: least(retentions.map(({ seconds }) => seconds)),
      elsewhere: retentions.some(({ elsewhere }) => elsewhere),
    },
  };
}

type Places = Pick<Backup, "stores" | "retention">;

const only = (values: unknown[]) => (values.length === 1 ? values[0] : undefined);

/** What every copy is kept for. One that does not say leaves it open. */
function least(readings: Reading<number>[]): Reading<number> {
  const open = readings.find(({ state }) => state === "unknown") ?? readings.find(({ state }) => state === "absent");
  if (open) return open;
  return known(Math.min(...readings.flatMap((reading) => (reading.state === "known" ? reading.value : []))));
}
