import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, map, type Reading, readBoolean, readList, readNumber, readString } from "../../known";
import type { Database, PlainText, RestoreTest } from "../../stack/facts";
import type { Recognizer } from "../../stack/recognizer";
import { kubernetesKind, kubernetesNamespace, type StackView } from "../../stack/view";
import { environmentPlainText } from "../shared/containers";
import { clusterDatabase, isPatch, named, orDefault, some } from "../shared/operator-cluster";
import { requiredAntiAffinity, requiredTopologySpread } from "../shared/pod-placement";
import { clusterBackup, requestedBackup } from "./backups";

/** StackGres: SGCluster, of version v1 or older. Sharded clusters are not read. */
export const stackGres: Recognizer = {
  types: /^kubernetes:stackgres\.io\/[^:]+:(SGCluster|SGBackup)(Patch)?$/,
  databases: (resource, view) => (isCluster(resource) ? [database(resource, view)] : []),
  backups: (resource, view) => (isCluster(resource) ? clusterBackup(resource, view) : requestedBackup(resource, view)),
  restoreTests: (resource, view) => (isCluster(resource) ? restoreTests(resource, view) : []),
};

const isCluster = ({ type }: PolicyResource) => kubernetesKind(type)?.kind === "SGCluster";

function database(resource: PolicyResource, view: StackView): Database {
  const { props } = resource;
  // The CRD's default.
  const mode = orDefault(resource, readString(props, "spec", "replication", "mode"), "async");
  return clusterDatabase(resource, view, {
    what: "a StackGres SGCluster",
    product: "StackGres",
    availability: {
      instances: readNumber(props, "spec", "instances"),
      spread: spread(resource),
      // sync, strict-sync, sync-all, strict-sync-all: Patroni's synchronous mode, for some or all of the replicas.
      synchronous: map(mode, (value) => value !== "async"),
    },
    // WAL-G acknowledges what it has stored.
    dropsWal: known(false),
    plainText: plainText(props),
  });
}

/** A node takes one instance only, unless the operator's own rule is switched off (the CRD). */
function spread(resource: PolicyResource): Reading<boolean> {
  const { props } = resource;
  const scheduling = ["spec", "pods", "scheduling"];
  const found = some([
    ownAntiAffinity(resource),
    requiredAntiAffinity(props, ...scheduling, "podAntiAffinity"),
    requiredTopologySpread(props, ...scheduling, "topologySpreadConstraints"),
  ]);
  return found.state === "known" && !found.value && isPatch(resource) ? ABSENT : found;
}

/** The operator's rule can be switched off, and the profiles `testing` and `development` do so. */
function ownAntiAffinity(resource: PolicyResource): Reading<boolean> {
  const disabled = readBoolean(resource.props, "spec", "nonProductionOptions", "disableClusterPodAntiAffinity");
  if (disabled.state !== "absent") return map(disabled, (value) => !value);
  const profile = orDefault(resource, readString(resource.props, "spec", "profile"), "production");
  return map(profile, (value) => value === "production");
}

function plainText(props: unknown): PlainText[] {
  return ["customContainers", "customInitContainers"].flatMap((list) =>
    readList(props, "spec", "pods", list).flatMap((container, index) =>
      environmentPlainText(readList(container, "env"), `spec.pods.${list}[${index}].env`),
    ),
  );
}

/** A cluster that starts from an SGBackup of this stack. */
function restoreTests(resource: PolicyResource, view: StackView): RestoreTest[] {
  const name = readString(resource.props, "spec", "initialData", "restore", "fromBackup", "name");
  const found = named(view, resource, "stackgres.io", "SGBackup", { namespace: kubernetesNamespace(resource), name });
  const backup = view.backups.find(({ urn }) => urn === found?.urn);
  if (!backup) return [];
  return [
    {
      urn: resource.urn,
      name: resource.name,
      what: "a StackGres SGCluster that starts from a backup",
      origin: view.origin(resource),
      covers: [backup.urn, ...backup.databaseUrns],
      doesNotCount: "it starts a cluster from a backup once, and checks nothing of what was restored",
      copies: backup.stores.length === 1 && backup.stores[0] ? backup.stores[0].location : ABSENT,
      schedules: [],
    },
  ];
}
