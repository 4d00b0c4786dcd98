import type { PolicyResource } from "@pulumi/policy";
import { known, type Reading, readList, readPartly, readString, UNKNOWN } from "../../known";
import { type StackView, sameReading } from "../../stack/view";
import { type Reference, type Variable, variablesOf } from "../shared/commands";
import { type KeptText, sourcesNamed, textAt, textsOf } from "./kept-texts";

/** A file that a volume puts into a container, out of a ConfigMap or a Secret. */
export interface MountedFile extends KeptText {
  /** In the container. */
  path: string;
}

/** A folder, or a file by its subPath, as a container has it. */
export interface Mount {
  path: string;
  /** The only file of the volume that is there. */
  subPath: string | undefined;
  files: KeptText[];
  /** Nothing of this stack says what is in it. */
  foreign: string | undefined;
}

/** What `container` has of the ConfigMaps and Secrets that its pod mounts. */
export function mountsOf(container: unknown, pod: unknown, resource: PolicyResource, view: StackView): Mount[] {
  const mounts = readList(container, "volumeMounts");
  if (mounts.length === 0) return [];
  const volumes = readList(pod, "volumes");
  return mounts.flatMap((mount): Mount[] => {
    const name = readString(mount, "name");
    const path = readString(mount, "mountPath");
    const volume = volumes.find((one) => sameReading(readString(one, "name"), name));
    if (volume === undefined || path.state !== "known") return [];
    const subPath = readString(mount, "subPath");
    const contents = sourcesOf(volume).map((source) => contentsOf(source, resource, view));
    const foreign = contents.map((one) => one?.foreign).find((text) => text !== undefined);
    if (contents.every((one) => one === undefined)) return [];
    return [
      {
        path: path.value.replace(/\/+$/, "") || "/",
        subPath: subPath.state === "known" ? subPath.value : undefined,
        files: contents.flatMap((one) => one?.files ?? []),
        foreign,
      },
    ];
  });
}

/** The files that `word` names: one by its path, all in a folder, or those that a pattern may mean. */
export function filesNamed(mounts: Mount[], word: string): MountedFile[] {
  if (mounts.length === 0 || word === "" || word.length > 1000) return [];
  const asked = word.replace(/^\.\//, "").replace(/\/+$/, "");
  return mounts.flatMap((mount) => {
    const files = filesAt(mount);
    const relative = !asked.includes("/");
    const found = files.filter(({ path, name }) => path === asked || (relative && name === asked));
    if (found.length > 0) return found;
    const folder = asked.replace(/\/[^/]*\*[^/]*$/, "");
    if (folder === mount.path && mount.subPath === undefined && files.length > 0) return files;
    // A file that is there, and that nothing of this stack declares.
    const missing = mount.foreign !== undefined && (asked === mount.path || asked.startsWith(`${mount.path}/`));
    return missing ? [absent(mount.foreign ?? "", asked)] : [];
  });
}

export function filesAt({ path, subPath, files }: Mount): MountedFile[] {
  const here = subPath === undefined ? files : files.filter(({ name }) => name === subPath);
  return here.map((file) => ({ ...file, path: subPath === undefined ? `${path}/${file.name}` : path }));
}

function absent(untold: string, path: string): MountedFile {
  return { at: path, name: path.slice(path.lastIndexOf("/") + 1), path, text: UNKNOWN, untold };
}

/** A volume may be put together from several. */
function sourcesOf(volume: unknown): unknown[] {
  return [volume, ...readList(volume, "projected", "sources")];
}

interface Contents {
  files: KeptText[];
  foreign?: string;
}

function contentsOf(source: unknown, resource: PolicyResource, view: StackView): Contents | undefined {
  const configMap = readPartly(source, "configMap");
  const secret = readPartly(source, "secret");
  if (configMap !== undefined && configMap !== UNKNOWN)
    return itemsOf(configMap, contentOf("ConfigMap", readString(source, "configMap", "name"), resource, view));
  if (secret === undefined || secret === UNKNOWN) return undefined;
  const named = readString(source, "secret", "secretName");
  const name = named.state === "absent" ? readString(source, "secret", "name") : named;
  return itemsOf(secret, contentOf("Secret", name, resource, view));
}

/** `items` give keys other names, and leave the others out. */
function itemsOf(source: unknown, contents: Contents): Contents {
  const items = readList(source, "items");
  if (items.length === 0) return contents;
  const files = items.flatMap((item) => {
    const key = readString(item, "key");
    const path = readString(item, "path");
    if (key.state !== "known" || path.state !== "known") return [];
    return contents.files.filter(({ name }) => name === key.value).map((file) => ({ ...file, name: path.value }));
  });
  return { ...contents, files };
}

function contentOf(
  kind: Reference["kind"],
  name: Reading<string>,
  resource: PolicyResource,
  view: StackView,
): Contents {
  const sources = sourcesNamed(kind, name, resource, view);
  if (sources.length === 0) return { files: [], foreign: `a script out of a ${kind} that this stack does not declare` };
  return { files: sources.flatMap((source) => textsOf(kind, source)) };
}

/** A container's variables, with the values that ConfigMaps and Secrets of the stack give them. */
export function resolvedVariables(container: unknown, resource: PolicyResource, view: StackView): Variable[] {
  const own = variablesOf(container).map((variable) => {
    const { from, name } = variable;
    if (variable.value.state !== "unknown" || !from) return variable;
    const value = textAt(sourcesNamed(from.kind, from.name, resource, view), from);
    return value === undefined ? variable : { name, value: known(value) };
  });
  const whole = readList(container, "envFrom").flatMap((from): Variable[] => {
    const prefix = readString(from, "prefix");
    const before = prefix.state === "known" ? prefix.value : "";
    return (["ConfigMap", "Secret"] as const).flatMap((kind) => {
      const name = readString(from, kind === "Secret" ? "secretRef" : "configMapRef", "name");
      const texts = sourcesNamed(kind, name, resource, view).flatMap((source) => textsOf(kind, source));
      return texts.flatMap(({ name, text }) =>
        typeof text === "string" ? { name: `${before}${name}`, value: known(text) } : [],
      );
    });
  });
  return [...own, ...whole];
}
