import type { PolicyResource } from "@pulumi/policy";
import { type Reading, readKeys, readList, readPartly, readString, UNKNOWN } from "../../known";
import { kubernetesNamespace, type StackView, sameReading } from "../../stack/view";
import { containersOf } from "../shared/containers";
import { stringsIn } from "../shared/dump-words";

/** A script out of a ConfigMap of the stack; its text is unknown when it is made from what does not exist yet. */
export interface Script {
  /** Where it stands, for people: `data.nightly.sh of the ConfigMap scripts`. */
  at: string;
  name: string;
  text: string | typeof UNKNOWN;
}

/**
 * The scripts that a pod runs out of ConfigMaps which this stack declares and which it mounts: those whose files its
 * commands name; all of them when it names only the folder, or has no command at all.
 */
export function scriptsOf(pod: unknown, resource: PolicyResource, view: StackView): Script[] {
  const containers = containersOf(pod);
  const words = containers.flatMap((container) =>
    ["command", "args"].flatMap((key) => stringsIn(readPartly(container, key))),
  );
  const says = (text: string) => words.some((word) => word.includes(text));
  return readList(pod, "volumes").flatMap((volume) => {
    const scripts = configMapsOf(volume, resource, view).flatMap(scriptsIn);
    const named = scripts.filter(({ name }) => says(name));
    if (named.length > 0 || words.length === 0) return named.length > 0 ? named : scripts;
    return mountPaths(volume, containers).some(says) ? scripts : [];
  });
}

function scriptsIn({ props, name }: PolicyResource): Script[] {
  return readKeys(props, "data").map((key) => {
    const text = readPartly(props, "data", key);
    return { at: `data.${key} of the ConfigMap ${name}`, name: key, text: typeof text === "string" ? text : UNKNOWN };
  });
}

/** Where `containers` mount `volume`. */
function mountPaths(volume: unknown, containers: unknown[]): string[] {
  const name = readString(volume, "name");
  const mounts = containers.flatMap((container) => readList(container, "volumeMounts"));
  return mounts
    .filter((mount) => sameReading(readString(mount, "name"), name))
    .flatMap((mount) => {
      const path = readString(mount, "mountPath");
      return path.state === "known" ? path.value : [];
    });
}

function configMapsOf(volume: unknown, resource: PolicyResource, view: StackView): PolicyResource[] {
  const sources = [volume, ...readList(volume, "projected", "sources")];
  return sources.flatMap((source) => configMapOf(readString(source, "configMap", "name"), resource, view) ?? []);
}

/** By its name; as long as that is unknown, the one from which the job was made. */
function configMapOf(name: Reading<string>, resource: PolicyResource, view: StackView): PolicyResource | undefined {
  if (name.state === "absent") return undefined;
  if (name.state === "known")
    return view.named("core", "ConfigMap", { namespace: kubernetesNamespace(resource), name });
  const sources = resource.propertyDependencies.spec ?? [];
  return view.ofKind("core", "ConfigMap").find(({ urn }) => sources.some((source) => source.urn === urn));
}
