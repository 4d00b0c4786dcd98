import type { PolicyResource } from "@pulumi/policy";
import {
  ABSENT,
  isYes,
  known,
  map,
  type Reading,
  readBoolean,
  readKeys,
  readList,
  readNumber,
  readPartly,
  readString,
  UNKNOWN,
  valueOr,
} from "../../known";
import type { Database, ImageUse, PlainText } from "../../stack/facts";
import type { Recognizer } from "../../stack/recognizer";
import { kubernetesKind, kubernetesName, kubernetesNamespace, type StackView, sameReading } from "../../stack/view";
import { environmentPlainText, isSecretName } from "../shared/containers";
import { all, clusterDatabase, isPatch, isPresent, orDefault, some } from "../shared/operator-cluster";
import { requiredAntiAffinity, requiredTopologySpread } from "../shared/pod-placement";
import { cloudNativePgBackup } from "./backup";
import { groupOf, isEdb } from "./group";
import { cloudNativePgRecovery } from "./recovery";

/**
 * CloudNativePG, also below our own PostgresCluster, and EDB Postgres for Kubernetes, which is the same under a group of its
 * own. A replica cluster and a restored one are databases like others.
 */
export const cloudNativePg: Recognizer = {
  types: /^kubernetes:postgresql\.(?:cnpg|k8s\.enterprisedb)\.io\/[^:]+:(Cluster|ScheduledBackup|Backup)(Patch)?$/,
  databases: (resource, view) => (isCluster(resource) ? [database(resource, view)] : []),
  backups: (resource, view) => (isCluster(resource) ? [] : cloudNativePgBackup(resource, view)),
  restoreTests: (resource, view) => (isCluster(resource) ? cloudNativePgRecovery(resource, view) : []),
};

const isCluster = ({ type }: PolicyResource) => kubernetesKind(type)?.kind === "Cluster";

function database(resource: PolicyResource, view: StackView): Database {
  const { props } = resource;
  return clusterDatabase(resource, view, {
    what: `${isEdb(resource) ? "an EDB" : "a CloudNativePG"} Cluster`,
    product: isEdb(resource) ? "EDB" : "CloudNativePG",
    availability: {
      // The CRD's default.
      instances: orDefault(resource, readNumber(props, "spec", "instances"), 1),
      spread: spread(resource),
      synchronous: synchronous(resource),
    },
    // The operator's archive command answers well only for what the archiver has stored; nothing can be set to drop it.
    dropsWal: known(false),
    images: images(resource, view),
    plainText: plainText(props),
  });
}

/** The operator makes anti-affinity a preference unless told otherwise (docs, "Scheduling"). */
function spread(resource: PolicyResource): Reading<boolean> {
  const { props } = resource;
  const enabled = readBoolean(props, "spec", "affinity", "enablePodAntiAffinity");
  const type = readString(props, "spec", "affinity", "podAntiAffinityType");
  const found = some([
    all([enabled.state === "absent" ? known(true) : enabled, required(type)]),
    requiredAntiAffinity(props, "spec", "affinity", "additionalPodAntiAffinity"),
    requiredTopologySpread(props, "spec", "topologySpreadConstraints"),
  ]);
  return found.state === "known" && !found.value && isPatch(resource) ? ABSENT : found;
}

function required(type: Reading<string>): Reading<boolean> {
  return type.state === "absent" ? known(false) : map(type, (value) => value === "required");
}

/**
 * With `dataDurability: preferred`, as with the older minSyncReplicas of zero, writes go on unprotected when no replica
 * is there, and a failover may then lose them: that is not synchronous.
 */
function synchronous(resource: PolicyResource): Reading<boolean> {
  const path = ["spec", "postgresql", "synchronous"];
  const declared = isPresent(resource.props, ...path);
  if (declared.state === "unknown") return declared;
  if (!isYes(declared)) {
    const fewest = readNumber(resource.props, "spec", "minSyncReplicas");
    return map(orDefault(resource, fewest, 0), (number) => number > 0);
  }
  const durability = readString(resource.props, ...path, "dataDurability");
  const number = readNumber(resource.props, ...path, "number");
  return all([
    map(number, (value) => value > 0),
    durability.state === "absent" ? known(true) : map(durability, (value) => value === "required"),
  ]);
}

/** Without an image or a catalog, the operator takes its own default, which nobody pinned. */
function images(resource: PolicyResource, view: StackView): ImageUse[] {
  const { props } = resource;
  const name = readString(props, "spec", "imageName");
  const fromCatalog = name.state === "absent" && !isAbsent(props, "spec", "imageCatalogRef");
  const server: ImageUse = fromCatalog
    ? { path: "spec.imageCatalogRef", image: catalogImage(resource, view) }
    : { path: "spec.imageName", image: name };
  const extensions = readList(props, "spec", "postgresql", "extensions").map((extension, index) => ({
    path: `spec.postgresql.extensions[${index}].image.reference`,
    image: readString(extension, "image", "reference"),
  }));
  return [server, ...extensions.filter(({ image }) => image.state !== "absent")];
}

function isAbsent(owner: unknown, ...path: string[]): boolean {
  const present = isPresent(owner, ...path);
  return present.state === "known" && !present.value;
}

/** The image that a catalog of this stack has for the cluster's major version. */
function catalogImage(resource: PolicyResource, view: StackView): Reading<string> {
  const reference = ["spec", "imageCatalogRef"];
  const kind = readString(resource.props, ...reference, "kind");
  const name = readString(resource.props, ...reference, "name");
  const major = readNumber(resource.props, ...reference, "major");
  const doubt = [kind, name, major].find(({ state }) => state === "unknown");
  if (doubt?.state === "unknown") return doubt;
  // A ClusterImageCatalog has no namespace; an ImageCatalog is one of the cluster's own.
  const near = (catalog: PolicyResource) =>
    sameReading(kind, known("ClusterImageCatalog")) ||
    sameReading(kubernetesNamespace(catalog), kubernetesNamespace(resource));
  const catalog = view
    .ofKind(groupOf(resource), valueOr(kind, ""))
    .find((candidate) => sameReading(kubernetesName(candidate), name) && near(candidate));
  const entry = readList(catalog?.props, "spec", "images").find(
    (image) => valueOr(readNumber(image, "major"), undefined) === valueOr(major, Number.NaN),
  );
  return entry === undefined ? ABSENT : readString(entry, "image");
}

function plainText(props: unknown): PlainText[] {
  const servers = readList(props, "spec", "externalClusters").flatMap((server, index) =>
    readKeys(server, "connectionParameters")
      .filter((key) => isSecretName(key) && isGiven(readPartly(server, "connectionParameters", key)))
      .map((key) => ({ path: `spec.externalClusters[${index}].connectionParameters.${key}` })),
  );
  return [...environmentPlainText(readList(props, "spec", "env"), "spec.env"), ...servers];
}

const isGiven = (value: unknown) => value === UNKNOWN || (typeof value === "string" && value !== "");
