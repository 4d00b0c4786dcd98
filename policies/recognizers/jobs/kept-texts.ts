import type { PolicyResource } from "@pulumi/policy";
import { type Reading, readKeys, readPartly, UNKNOWN } from "../../known";
import { kubernetesKind, kubernetesNamespace, type StackView } from "../../stack/view";
import type { Reference } from "../shared/commands";

type Kind = Reference["kind"];

/** A text that a ConfigMap or a Secret of the stack holds. */
export interface KeptText {
  /** Where it stands, for people: `data.nightly.sh of the ConfigMap scripts`. */
  at: string;
  /** Its key, or what the pod calls it. */
  name: string;
  /** Unknown when it is made from what does not exist yet, and when it does not come out of this stack. */
  text: string | typeof UNKNOWN;
  /** What nobody can follow while the text is unknown. */
  untold: string;
}

/** By its name; as long as that is unknown, those from which the pod was made. */
export function sourcesNamed(
  kind: Kind,
  name: Reading<string>,
  resource: PolicyResource,
  view: StackView,
): PolicyResource[] {
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

/** Every text in a ConfigMap or Secret of the stack. */
export function textsOf(kind: Kind, { props, name }: PolicyResource): KeptText[] {
  return HOLDS[kind].flatMap(([property, encoded]) =>
    readKeys(props, property).map((key) => {
      const at = `${property}.${key} of the ${kind} ${name}`;
      return { at, name: key, ...readable(readPartly(props, property, key), encoded, kind) };
    }),
  );
}

function readable(value: unknown, encoded: boolean, kind: Kind): Pick<KeptText, "text" | "untold"> {
  const untold = `a script out of a ${kind} that is unknown at preview`;
  if (typeof value !== "string") return { text: UNKNOWN, untold };
  if (!encoded) return { text: value, untold };
  const text = Buffer.from(value, "base64").toString("utf8");
  // Compressed, or a program.
  const binary = /[\0\uFFFD]/.test(text);
  return binary ? { text: UNKNOWN, untold: `a file out of a ${kind} that is no text` } : { text, untold };
}

/** The text that a reference names in one of `sources`, which are of its kind; undefined where it is unknown or not there. */
export function textAt(sources: PolicyResource[], { kind, key }: Pick<Reference, "kind" | "key">): string | undefined {
  if (key.state !== "known") return undefined;
  const texts = sources.flatMap((source) => textsOf(kind, source));
  const text = texts.find((one) => one.name === key.value && typeof one.text === "string")?.text;
  return typeof text === "string" ? text : undefined;
}
