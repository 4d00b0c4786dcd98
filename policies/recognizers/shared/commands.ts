import { type Reading, readList, readPartly, readString, unknown } from "../../known";

/** What containers run and with which variables: all that is known of what a job does. */
export interface JobWords {
  /** Simple commands, one line each, with the variables filled in whose values are known. */
  commands: string[];
  variables: Variable[];
  /** More variables come from a Secret or ConfigMap as a whole (envFrom), and nobody here knows which. */
  hidden: boolean;
}

export interface Variable {
  name: string;
  /** Unknown, too, when it is a reference to a Secret or ConfigMap. */
  value: Reading<string>;
  /** That Secret or ConfigMap, when it is one. */
  from?: Reference;
}

/** A key of a Secret or ConfigMap of the container's namespace. */
export interface Reference {
  kind: "Secret" | "ConfigMap";
  name: Reading<string>;
  key: Reading<string>;
}

export function wordsOf(containers: unknown[]): JobWords {
  const each = containers.map((container) => {
    const variables = variablesOf(container);
    const commands = commandsOf(container).map((command) => expand(command, variables));
    return { commands, variables, hidden: readList(container, "envFrom").length > 0 };
  });
  return {
    commands: each.flatMap(({ commands }) => commands),
    variables: each.flatMap(({ variables }) => variables),
    hidden: each.some(({ hidden }) => hidden),
  };
}

export function variablesOf(container: unknown): Variable[] {
  return readList(container, "env").flatMap((variable) => {
    const name = readString(variable, "name");
    if (name.state !== "known") return [];
    if (readPartly(variable, "valueFrom") === undefined)
      return { name: name.value, value: readString(variable, "value") };
    const from = referenceIn(variable);
    return { name: name.value, value: unknown(`env.${name.value}`), ...(from ? { from } : {}) };
  });
}

function referenceIn(variable: unknown): Reference | undefined {
  for (const [key, kind] of [
    ["secretKeyRef", "Secret"],
    ["configMapKeyRef", "ConfigMap"],
  ] as const)
    if (readPartly(variable, "valueFrom", key) !== undefined)
      return {
        kind,
        name: readString(variable, "valueFrom", key, "name"),
        key: readString(variable, "valueFrom", key, "key"),
      };
  return undefined;
}

/** Characters of a command that are read. Kubernetes keeps no object of more than 1.5 MiB (etcd's --max-request-bytes). */
export const READ = 2 * 1024 * 1024;

/** The words that a container is started with, as far as they are known. */
export function argvOf(container: unknown): string[] {
  const words = [...readList(container, "command"), ...readList(container, "args")];
  return words.filter((word) => typeof word === "string");
}

const textOf = (container: unknown) => argvOf(container).join(" ");

/** Whether a container's command is longer than what is read of it. */
export function isTooLong(container: unknown): boolean {
  return textOf(container).length > READ;
}

/**
 * The simple commands that a container runs, each once: its words in a row, taken apart where a shell would end a
 * command. Quotes are left alone: a separator inside them makes two halves, and what is looked for is found all the same.
 */
function commandsOf(container: unknown): string[] {
  const commands = textOf(container)
    .slice(0, READ)
    .replace(/\\\r?\n/g, " ")
    .split(/[\n;|&]+/)
    .map((command) => command.trim());
  return [...new Set(commands)].filter((command) => command !== "");
}

/** Longer values are texts, not words: a script full of them would grow without end. */
const LONGEST_VALUE = 1000;

/** `text` with each variable whose value is known in place of its name, as a shell and Kubernetes write it. */
export function expand(text: string, variables: Variable[]): string {
  return expandBy(text, (name) => {
    const value = variables.find((variable) => variable.name === name)?.value;
    return value?.state === "known" ? value.value : undefined;
  });
}

export function expandBy(text: string, lookUp: (name: string) => string | undefined): string {
  if (!text.includes("$")) return text;
  return text.replace(/\$(?:\((\w+)\)|\{(\w+)\}|(\w+))/g, (all, a?: string, b?: string, c?: string) => {
    const value = lookUp(a ?? b ?? c ?? "");
    return value !== undefined && value.length <= LONGEST_VALUE ? value : all;
  });
}

/** Whether `command` runs `program` (a pattern) and says `word` after it; linear in the command's length. */
export function saysAfter(command: string, program: RegExp, word: RegExp): boolean {
  const found = program.exec(command);
  return found !== null && word.test(command.slice(found.index + found[0].length));
}
