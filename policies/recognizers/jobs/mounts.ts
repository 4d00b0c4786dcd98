import type { PolicyResource } from "@pulumi/policy";
import { known, type Reading, readKeys, readList, readPartly, readString, UNKNOWN } from "../../known";
import { kubernetesKind, kubernetesNamespace, type StackView, sameReading } from "../../stack/view";
import { type Variable, variablesOf } from "../shared/commands";

/** A file that a volume puts into a container, out of a ConfigMap or a Secret. */
export interface MountedFile {
  /** Where it stands, for people: `data.nightly.sh of the ConfigMap scripts`. */
  at: string;
  name: string;
  /** In the container. */
  path: string;
  /** Unknown when it is made from what does not exist yet, and when it does not come out of this stack. */
  text: string | typeof UNKNOWN;
  /** What nobody can follow while the text is unknown. */
  untold: string;
}

/** A folder, or a file by its subPath, as a container has it. */
export interface Mount {
  path: string;
  /** The only file of the volume that is there. */
  subPath: string | undefined;
  files: Omit<MountedFile, "path">[];
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
  files: Omit<MountedFile, "path">[];
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

type Kind = "ConfigMap" | "Secret";

function contentOf(kind: Kind, name: Reading<string>, resource: PolicyResource, view: StackView): Contents {
  const sources = sourcesNamed(kind, name, resource, view);
  if (sources.length === 0) return { files: [], foreign: `a script out of a ${kind} that this stack does not declare` };
  return { files: sources.flatMap((source) => textsOf(kind, source)) };
}

/** By its name; as long as that is unknown, those from which the pod was made. */
function sourcesNamed(kind: Kind, name: Reading<string>, resource: PolicyResource, view: StackView): PolicyResource[] {
  if (name.state === "known") {
    const found = view.named("core", kind, { namespace: kubernetesNamespace(resource), name });
    return found ? [found] : [];
  }
  if (name.state === "absent") return [];
  return (resource.propertyDependencies.spec ?? []).filter(({ type }) => {
    const found = kubernetesKind(type);
    return found?.group === "core" && found.kind === kind;
  });
}

/** The keys under which a ConfigMap and a Secret hold texts, and whether these are in base64. */
const HOLDS: Record<Kind, [key: string, encoded: boolean][]> = {
  ConfigMap: [
    ["data", false],
    ["binaryData", true],
  ],
  Secret: [
    ["stringData", false],
    ["data", true],
  ],
};

function textsOf(kind: Kind, { props, name }: PolicyResource): Omit<MountedFile, "path">[] {
  return HOLDS[kind].flatMap(([property, encoded]) =>
    readKeys(props, property).map((key) => {
      const at = `${property}.${key} of the ${kind} ${name}`;
      return { at, name: key, ...readable(readPartly(props, property, key), encoded, kind) };
    }),
  );
}

function readable(value: unknown, encoded: boolean, kind: Kind): Pick<MountedFile, "text" | "untold"> {
  const untold = `a script out of a ${kind} that is unknown at preview`;
  if (typeof value !== "string") return { text: UNKNOWN, untold };
  if (!encoded) return { text: value, untold };
  const text = Buffer.from(value, "base64").toString("utf8");
  // Compressed, or a program.
  const binary = /[\0\uFFFD]/.test(text);
  return binary ? { text: UNKNOWN, untold: `a file out of a ${kind} that is no text` } : { text, untold };
}

/** A container's variables, with the values that ConfigMaps and Secrets of the stack give them. */
export function resolvedVariables(container: unknown, resource: PolicyResource, view: StackView): Variable[] {
  const own = variablesOf(container).map((variable) => {
    if (variable.value.state !== "unknown") return variable;
    const value = referred(container, variable.name, resource, view);
    return value === undefined ? variable : { name: variable.name, value: known(value) };
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

function referred(container: unknown, name: string, resource: PolicyResource, view: StackView): string | undefined {
  const variable = readList(container, "env").find((one) => readPartly(one, "name") === name);
  for (const [kind, property] of [
    ["ConfigMap", "configMapKeyRef"],
    ["Secret", "secretKeyRef"],
  ] as const) {
    const key = readString(variable, "valueFrom", property, "key");
    if (key.state !== "known") continue;
    const sources = sourcesNamed(kind, readString(variable, "valueFrom", property, "name"), resource, view);
    const texts = sources.flatMap((source) => textsOf(kind, source));
    const text = texts.find((one) => one.name === key.value)?.text;
    return typeof text === "string" ? text : undefined;
  }
  return undefined;
}
