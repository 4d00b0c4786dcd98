import type { PolicyResource } from "@pulumi/policy";
import {
  ABSENT,
  isYes,
  known,
  orElse,
  type Reading,
  readBoolean,
  readList,
  readString,
  UNKNOWN,
  unknown,
} from "../../known";
import type { Backup, PlainText, Schedule, ServerId, Store } from "../../stack/facts";
import { kubernetesKind, kubernetesNamespace, type StackView, serverText } from "../../stack/view";
import { elsewhereStore, SNAPSHOTS, unknownStore } from "../shared/backup-stores";
import { keptInBucket } from "../shared/bucket-retention";
import { environmentPlainText } from "../shared/containers";
import { foreignBackup } from "../shared/foreign-backup";
import { KEPT_ELSEWHERE } from "../shared/keep-words";
import { all, isPresent, named, orDefault, some } from "../shared/operator-cluster";
import { barmanRetention, barmanStore } from "./barman-store";
import { groupOf, isEdb } from "./group";

/** Backups that CloudNativePG takes: a ScheduledBackup, or a Backup that somebody asked for once. */

export const BARMAN_PLUGIN = "barman-cloud.cloudnative-pg.io";
/** pgBackRest's by Dalibo and by Operasoft, and WAL-G's by Yandex Cloud. */
const OTHER_PLUGINS = ["pgbackrest.dalibo.com", "pgbackrest.cnpg.opera.com", "cnpg-extensions.yandex.cloud"];

export function cloudNativePgBackup(resource: PolicyResource, view: StackView): Backup[] {
  const { props } = resource;
  const kind = kubernetesKind(resource.type)?.kind === "ScheduledBackup" ? "ScheduledBackup" : "Backup";
  const suspended = readBoolean(props, "spec", "suspend");
  if (isYes(suspended)) return [];
  const target: ServerId = {
    namespace: kubernetesNamespace(resource),
    name: readString(props, "spec", "cluster", "name"),
  };
  const cluster = named(view, resource, groupOf(resource), "Cluster", target);
  const database = view.databases.find(({ urn }) => urn === cluster?.urn) ?? view.database(target);
  const server = database?.id ?? target;
  // The CRD's default.
  const method = orDefault(resource, readString(props, "spec", "method"), "barmanObjectStore");
  const place = placeOf(method, resource, cluster, view);
  return [
    foreignBackup(resource, kind, database ? [database] : [], view, {
      what: `${isEdb(resource) ? "an EDB" : "a CloudNativePG"} ${kind}`,
      id: `${serverText(server)} (${kind} ${resource.name})`,
      server,
      database: known("*"),
      method: methodOf(method),
      certain: suspended.state !== "unknown",
      schedules: kind === "ScheduledBackup" ? schedules(resource) : [],
      continuous: archivesWal(cluster),
      retention: keptInBucket(place.retention, place.stores, view),
      stores: place.stores,
      plainText: place.plainText,
    }),
  ];
}

/** `immediate` asks for one backup at once, and is no schedule. The operator's own time zone is declared nowhere. */
function schedules({ props }: PolicyResource): Schedule[] {
  const expression = readString(props, "spec", "schedule");
  return expression.state === "absent" ? [] : [{ expression, fields: "cnpg", timeZone: ABSENT }];
}

function methodOf(method: Reading<string>): Backup["method"] {
  if (method.state !== "known") return "unknown";
  return method.value === "volumeSnapshot" ? "snapshot" : "physical";
}

/** Whether WAL is archived all the time: in tree, or by a plugin that says so. Of a Cluster elsewhere nothing is said. */
function archivesWal(cluster: PolicyResource | undefined): Reading<boolean> {
  if (!cluster) return ABSENT;
  const skip = readString(cluster.props, "metadata", "annotations", "cnpg.io/skipWalArchiving");
  if (skip.state === "unknown") return skip;
  if (skip.state === "known" && skip.value === "enabled") return known(false);
  return some([
    isPresent(cluster.props, "spec", "backup", "barmanObjectStore"),
    ...readList(cluster.props, "spec", "plugins").map((plugin) =>
      plugin === UNKNOWN
        ? unknown("spec.plugins")
        : all([isEnabled(plugin), orElse(readBoolean(plugin, "isWALArchiver"), known(false))]),
    ),
  ]);
}

const isEnabled = (plugin: unknown) => orElse(readBoolean(plugin, "enabled"), known(true));

/** The cluster's use of the Barman Cloud plugin; UNKNOWN if one of its plugins may be it. */
export function barmanPlugin({ props }: PolicyResource): unknown {
  const plugins = readList(props, "spec", "plugins").filter((plugin) => {
    if (plugin === UNKNOWN) return true;
    const name = readString(plugin, "name");
    const enabled = isEnabled(plugin);
    return (name.state !== "known" || name.value === BARMAN_PLUGIN) && (enabled.state !== "known" || enabled.value);
  });
  const sure = plugins.find((plugin) => readString(plugin, "name").state === "known");
  return sure ?? (plugins.length > 0 ? UNKNOWN : undefined);
}

interface Place {
  stores: Store[];
  retention: Backup["retention"];
  plainText: PlainText[];
}

/** No copy anywhere that the declaration would tell of: such a backup fails. */
const NO_PLACE: Place = { stores: [], retention: barmanRetention(ABSENT), plainText: [] };

function doubtful(what: string): Place {
  return { ...NO_PLACE, stores: [unknownStore(what)], retention: barmanRetention(unknown(what)) };
}

/** Kept and placed by what another stack declares. */
function elsewhere(what: string): Place {
  return { ...NO_PLACE, stores: [elsewhereStore(what)], retention: KEPT_ELSEWHERE };
}

function placeOf(
  method: Reading<string>,
  resource: PolicyResource,
  cluster: PolicyResource | undefined,
  view: StackView,
): Place {
  if (method.state !== "known") return doubtful("spec.method");
  // The operator deletes no snapshots of its own accord, and its retention policy does not hold for them.
  if (method.value === "volumeSnapshot") return { ...NO_PLACE, stores: [SNAPSHOTS] };
  if (method.value === "plugin") return pluginPlace(resource, cluster, view);
  if (!cluster) return elsewhere("the Cluster");
  const declared = isPresent(cluster.props, "spec", "backup", "barmanObjectStore");
  if (declared.state === "unknown") return doubtful(declared.path);
  if (!isYes(declared)) return NO_PLACE;
  return {
    ...NO_PLACE,
    stores: [barmanStore(cluster, ["spec", "backup", "barmanObjectStore"], view)],
    retention: barmanRetention(readString(cluster.props, "spec", "backup", "retentionPolicy")),
  };
}

/** The plugin reads its parameters from the Cluster; a backup's own are looked at where there is no Cluster to see. */
function pluginPlace(resource: PolicyResource, cluster: PolicyResource | undefined, view: StackView): Place {
  const asked = ["spec", "pluginConfiguration"];
  const plugin = readString(resource.props, ...asked, "name");
  if (plugin.state === "unknown") return doubtful(plugin.path);
  // What they store where is in resources of their own, of which nothing is read here.
  if (plugin.state === "known" && OTHER_PLUGINS.includes(plugin.value)) return elsewhere(`what ${plugin.value} stores`);
  if (plugin.state === "known" && plugin.value !== BARMAN_PLUGIN) return doubtful("where another plugin stores");
  const own = readString(resource.props, ...asked, "parameters", "barmanObjectName");
  const used = cluster ? barmanPlugin(cluster) : undefined;
  const name = used === undefined ? own : readString(used, "parameters", "barmanObjectName");
  if (name.state === "absent") return cluster ? NO_PLACE : elsewhere("the Cluster");
  const target: ServerId = { namespace: kubernetesNamespace(resource), name };
  const store = named(view, cluster ?? resource, "barmancloud.cnpg.io", "ObjectStore", target);
  if (store) return objectStorePlace(store, view);
  if (name.state === "unknown") return doubtful("parameters.barmanObjectName");
  return elsewhere(`the ObjectStore ${name.value}`);
}

function objectStorePlace(store: PolicyResource, view: StackView): Place {
  const sidecar = ["spec", "instanceSidecarConfiguration", "env"];
  const at = `ObjectStore ${store.name}: ${sidecar.join(".")}`;
  return {
    stores: [barmanStore(store, ["spec", "configuration"], view)],
    retention: barmanRetention(readString(store.props, "spec", "retentionPolicy")),
    plainText: environmentPlainText(readList(store.props, ...sidecar), at),
  };
}
