import { ABSENT, known, map, readNumber, readPartly, readString } from "../known";
import type { Recognizer } from "../stack/recognizer";
import { kubernetesServer } from "../stack/view";
import { followed, sidecarsOf } from "./jobs/followed";
import { runsServer } from "./jobs/servers";
import { containersOf, podPlainText } from "./shared/containers";
import { POD_HOLDERS, podsHeldBy } from "./shared/pod-holders";

/**
 * PostgreSQL that somebody runs by hand, without an operator: whatever goes on running a pod, with a container that is a
 * server by how it is run. Nothing in it replicates, so more replicas are no instances of one cluster.
 */
export const statefulSets: Recognizer = {
  types: POD_HOLDERS,
  databases: (resource, view) => {
    const [held] = podsHeldBy(resource);
    if (held?.runs !== "service") return [];
    const { what, pod, at } = held;
    const containers = [...sidecarsOf(pod), ...containersOf({ containers: readPartly(pod, "containers") })];
    const server = followed(containers, pod, resource, view).find(({ container, runs }) => runsServer(container, runs));
    if (!server) return [];
    return [
      {
        urn: resource.urn,
        name: resource.name,
        what: `${what} that runs PostgreSQL`,
        origin: "foreign",
        id: kubernetesServer(resource),
        product: "PostgreSQL without an operator",
        availability: {
          instances: map(replicasOf(resource.props, held.kind), (replicas) => Math.min(replicas, 1)),
          spread: ABSENT,
          synchronous: ABSENT,
        },
        deletionProtection: ABSENT,
        finalSnapshot: ABSENT,
        protect: resource.opts.protect,
        dropsWal: known(false),
        images: [{ path: `${at}.containers.image`, image: readString(server.container, "image") }],
        plainText: podPlainText(pod, at),
      },
    ];
  },
};

/** A bare Pod is one. */
const replicasOf = (props: Record<string, unknown>, kind: string) =>
  kind === "Pod" ? known(1) : readNumber(props, "spec", "replicas");
