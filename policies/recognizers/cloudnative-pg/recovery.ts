import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, orElse, type Reading, readList, readPartly, readString } from "../../known";
import type { RestoreTest } from "../../stack/facts";
import { kubernetesName, kubernetesNamespace, type StackView, sameReading } from "../../stack/view";
import { named } from "../shared/operator-cluster";
import { BARMAN_PLUGIN, barmanPlugin } from "./backup";
import { groupOf, isEdb } from "./group";

/** A Cluster that is started from a backup: a restore, of which nobody checks what came back. */
export function cloudNativePgRecovery(resource: PolicyResource, view: StackView): RestoreTest[] {
  const covers = [...fromBackup(resource, view), ...fromArchive(resource, view)];
  if (covers.length === 0) return [];
  return [
    {
      urn: resource.urn,
      name: resource.name,
      what: `${isEdb(resource) ? "an EDB" : "a CloudNativePG"} Cluster that starts from a backup`,
      origin: view.origin(resource),
      covers: [...new Set(covers)],
      doesNotCount: "it starts a cluster from a backup once, and checks nothing of what was restored",
      copies: ABSENT,
      schedules: [],
    },
  ];
}

/** `bootstrap.recovery.backup`: a Backup of the same namespace, and with it the database that it is of. */
function fromBackup(resource: PolicyResource, view: StackView): string[] {
  const name = readString(resource.props, "spec", "bootstrap", "recovery", "backup", "name");
  const found = named(view, resource, groupOf(resource), "Backup", { namespace: kubernetesNamespace(resource), name });
  const backup = view.backups.find(({ urn }) => urn === found?.urn);
  return backup ? [backup.urn, ...backup.databaseUrns] : [];
}

/** `bootstrap.recovery.source`: an external cluster, which is one of this stack if its archive is the one that is read. */
function fromArchive(resource: PolicyResource, view: StackView): string[] {
  const source = readString(resource.props, "spec", "bootstrap", "recovery", "source");
  const external = readList(resource.props, "spec", "externalClusters").find((server) =>
    sameReading(readString(server, "name"), source),
  );
  if (external === undefined) return [];
  const namespace = kubernetesNamespace(resource);
  const plugin = readPartly(external, "plugin");
  const archive = sameReading(readString(plugin, "name"), known(BARMAN_PLUGIN))
    ? pluginArchive(plugin, source, namespace)
    : inTreeArchive(readPartly(external, "barmanObjectStore"), source);
  return view.databases.flatMap(({ urn }) => {
    const cluster = view.ofKind(groupOf(resource), "Cluster").find((candidate) => candidate.urn === urn);
    return cluster && cluster !== resource && archivesOf(cluster).some((own) => sameArchive(own, archive)) ? [urn] : [];
  });
}

/** What tells one archive from another: all parts known and equal. */
type Archive = Reading<string>[];

function archivesOf(cluster: PolicyResource): Archive[] {
  const name = kubernetesName(cluster);
  return [
    pluginArchive(barmanPlugin(cluster), name, kubernetesNamespace(cluster)),
    inTreeArchive(readPartly(cluster.props, "spec", "backup", "barmanObjectStore"), name),
  ];
}

/** An ObjectStore and a server's name in it, which is the cluster's unless it is said. */
function pluginArchive(plugin: unknown, cluster: Reading<string>, namespace: Reading<string>): Archive {
  const object = readString(plugin, "parameters", "barmanObjectName");
  return [known("plugin"), namespace, object, orElse(readString(plugin, "parameters", "serverName"), cluster)];
}

function inTreeArchive(store: unknown, cluster: Reading<string>): Archive {
  const endpoint = orElse(readString(store, "endpointURL"), known(""));
  return [
    known("tree"),
    endpoint,
    readString(store, "destinationPath"),
    orElse(readString(store, "serverName"), cluster),
  ];
}

function sameArchive(a: Archive, b: Archive): boolean {
  return a.length === b.length && a.every((part, index) => sameReading(part, b[index] ?? ABSENT));
}
