import { ABSENT, known, map, readNumber, readPartly, readString } from "../known";
import type { Recognizer } from "../stack/recognizer";
import { kubernetesKind, kubernetesServer } from "../stack/view";
import { containersOf, podPlainText } from "./shared/containers";

/**
 * PostgreSQL that somebody runs by hand, without an operator: a StatefulSet or Deployment with a container of a
 * PostgreSQL server's image. Nothing in it replicates, so more replicas are no instances of one cluster.
 */
export const statefulSets: Recognizer = {
  types: /^kubernetes:apps\/v1(?:beta\d)?:(StatefulSet|Deployment)(?:Patch)?$/,
  databases: (resource, view) => {
    const pod = readPartly(resource.props, "spec", "template", "spec");
    const containers = containersOf(pod);
    const server = containers.map((container) => readString(container, "image")).find(isServer);
    if (!server || view.componentOf(resource)) return [];
    const kind = kubernetesKind(resource.type)?.kind ?? "StatefulSet";
    return [
      {
        urn: resource.urn,
        name: resource.name,
        what: `a ${kind} that runs PostgreSQL`,
        origin: "foreign",
        id: kubernetesServer(resource),
        product: "PostgreSQL without an operator",
        availability: {
          instances: map(readNumber(resource.props, "spec", "replicas"), (replicas) => Math.min(replicas, 1)),
          spread: ABSENT,
          synchronous: ABSENT,
        },
        deletionProtection: ABSENT,
        finalSnapshot: ABSENT,
        protect: resource.opts.protect,
        dropsWal: known(false),
        images: [{ path: "spec.template.spec.containers.image", image: server }],
        plainText: podPlainText(pod, "spec.template.spec"),
      },
    ];
  },
};

/** A server's image by its last name: `postgres:17`, `bitnami/postgresql`, `postgis/postgis`; no exporter, pooler or client. */
const SERVER =
  /(^|\/)(postgres|postgresql|postgresql-repmgr|postgis|timescaledb|timescaledb-ha|pgvector|spilo(-\d+)?)([:@]|$)/;

function isServer(image: ReturnType<typeof readString>): boolean {
  return image.state === "known" && SERVER.test(image.value);
}
