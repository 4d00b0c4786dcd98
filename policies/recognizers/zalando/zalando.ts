import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, isYes, known, type Reading, read, readList, readNumber, readPartly, readString } from "../../known";
import type { Database, ImageUse, PlainText, RestoreTest } from "../../stack/facts";
import type { Recognizer } from "../../stack/recognizer";
import { kubernetesKind, kubernetesNamespace, type StackView } from "../../stack/view";
import { environmentPlainText } from "../shared/containers";
import { clusterDatabase, isPatch, named, orDefault, some } from "../shared/operator-cluster";
import { patroniSynchronous, requiredTopologySpread } from "../shared/pod-placement";
import { zalandoBackups } from "./backups";
import { operatorSettings, setting } from "./operator";

/** Zalando's operator. A clone and a standby are databases of their own. */
export const zalando: Recognizer = {
  types: /^kubernetes:acid\.zalan\.do\/[^:]+:postgresql(Patch)?$/,
  databases: (resource, view) => [database(resource, view)],
  backups: (resource, view) => zalandoBackups(resource, view),
  restoreTests,
};

function database(resource: PolicyResource, view: StackView): Database {
  const { props } = resource;
  const mode = read(props, "spec", "patroni", "synchronous_mode");
  return clusterDatabase(resource, view, {
    what: "a Zalando postgresql",
    product: "Zalando",
    availability: {
      instances: readNumber(props, "spec", "numberOfInstances"),
      spread: spread(resource, view),
      // The operator hands it to Patroni, whose default it is.
      synchronous: patroniSynchronous(orDefault(resource, mode, false)),
    },
    // WAL-E and WAL-G acknowledge what they have stored.
    dropsWal: known(false),
    images: [image(resource, view)],
    plainText: plainText(resource),
  });
}

/** By the cluster's own constraints, or by the operator's anti-affinity for all clusters, which is off by default. */
function spread(resource: PolicyResource, view: StackView): Reading<boolean> {
  const own = requiredTopologySpread(resource.props, "spec", "topologySpreadConstraints");
  if (isYes(own)) return own;
  const operator = operatorSettings(view);
  if (!operator || isPatch(resource)) return own.state === "unknown" ? own : ABSENT;
  const flag = (key: string): Reading<boolean> => {
    const text = setting(operator, "kubernetes", key);
    return text.state === "known" ? known(text.value === "true") : text;
  };
  const preferred = flag("pod_antiaffinity_preferred_during_scheduling");
  if (preferred.state === "unknown") return preferred;
  return some([own, isYes(preferred) ? known(false) : flag("enable_pod_antiaffinity")]);
}

function image(resource: PolicyResource, view: StackView): ImageUse {
  const own = readString(resource.props, "spec", "dockerImage");
  const operator = operatorSettings(view);
  if (own.state !== "absent" || !operator) return { path: "spec.dockerImage", image: own };
  return { path: "docker_image of the operator", image: setting(operator, "general", "docker_image") };
}

function plainText({ props }: PolicyResource): PlainText[] {
  const key = readPartly(props, "spec", "clone", "s3_secret_access_key");
  const containers = ["sidecars", "initContainers"].flatMap((list) =>
    readList(props, "spec", list).flatMap((container, index) =>
      environmentPlainText(readList(container, "env"), `spec.${list}[${index}].env`),
    ),
  );
  return [
    ...environmentPlainText(readList(props, "spec", "env"), "spec.env"),
    ...containers,
    ...(key === undefined || key === null || key === "" ? [] : [{ path: "spec.clone.s3_secret_access_key" }]),
  ];
}

/** A clone as of a point in time comes from the source's WAL archive; without one, from the running source. */
function restoreTests(resource: PolicyResource, view: StackView): RestoreTest[] {
  const { props } = resource;
  if (read(props, "spec", "clone", "timestamp").state === "absent") return [];
  const target = { name: readString(props, "spec", "clone", "cluster"), namespace: kubernetesNamespace(resource) };
  const kind = kubernetesKind(resource.type)?.kind ?? "";
  const source = named(view, resource, "acid.zalan.do", kind, target);
  if (!source || source.urn === resource.urn) return [];
  return [
    {
      urn: resource.urn,
      name: resource.name,
      what: "a Zalando postgresql that is cloned from another's backup",
      origin: view.origin(resource),
      covers: [source.urn],
      doesNotCount: "it starts a cluster from a backup once, and checks nothing of what was restored",
      copies: ABSENT,
      schedules: [],
    },
  ];
}
