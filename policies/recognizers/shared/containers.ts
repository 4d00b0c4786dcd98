import { hasUnknown, readList, readPartly, readString, UNKNOWN } from "../../known";
import type { ImageUse, PlainText } from "../../stack/facts";

/** A pod spec's containers, init containers first, from a copy or from a resource; unknown ones are UNKNOWN. */
export function containersOf(pod: unknown): unknown[] {
  return LISTS.flatMap((list) => readList(pod, list));
}

const LISTS = ["initContainers", "containers"];

/** The images of a pod's containers, each with where it stands; `at` is where the pod stands. */
export function podImages(pod: unknown, at: string): ImageUse[] {
  return LISTS.flatMap((list) =>
    readList(pod, list).map((container, index) => ({
      path: `${at}.${list}[${index}].image`,
      image: readString(container, "image"),
    })),
  );
}

/** Where credentials stand in plain text in a pod's containers; `at` is where the pod stands. */
export function podPlainText(pod: unknown, at: string): PlainText[] {
  return LISTS.flatMap((list) => plainTextOf(readList(pod, list), at, list));
}

/** Names of environment variables and options that hold credentials. */
const SECRET_NAME = /PASSW(OR)?D|PASSPHRASE|SECRET|ACCESS_?KEY|API_?KEY|PRIVATE_?KEY|TOKEN|CREDENTIALS?$/i;
/** … and those that look like it and only say where they are, who, or how to ask for them. */
const HARMLESS_NAME = /_(FILE|PATH|DIR|NAME|ID|REF|COMMAND)$|ACCESS_?KEY_?ID$/i;
/** A value of its own: not empty, and no reference to a variable, which is `$NAME`, `${NAME}` or `$(NAME)`. */
const OWN_VALUE = "[\"']?[^\\s\"'`$]";
/** An address with a password in it. */
const ADDRESS = /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:@/]*:(?!\$)[^\s@/]+@/i;
/** Assignments (also those of a connection string) and options, of which the name decides. */
const GIVEN = new RegExp(`(?<![\\w-])(?:--)?([A-Za-z_][\\w-]*)=${OWN_VALUE}`, "g");
/** `mc alias set NAME URL KEY SECRET`, and the same by its older name. */
const ALIAS = new RegExp(
  `\\bmc\\s+(?:--\\S+\\s+)?(?:alias\\s+set|config\\s+host\\s+add)(?:\\s+\\S+){3}\\s+${OWN_VALUE}`,
);
const OPTION = /^--[\w-]+$/;

export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !HARMLESS_NAME.test(name);
}

/**
 * Where credentials stand in plain text in `containers`: variables with a secret's name and a value of their own
 * instead of a reference (whatever the value, also one that is unknown yet), and passwords in addresses and commands.
 */
export function plainTextOf(containers: unknown[], pod: string, list = "containers"): PlainText[] {
  return containers.flatMap((container, index) => {
    const at = `${pod}.${list}[${index}]`;
    return [...environmentPlainText(readList(container, "env"), `${at}.env`), ...commandPlainText(container, at)];
  });
}

/** Likewise in a list of environment variables. */
export function environmentPlainText(variables: unknown[], at: string): PlainText[] {
  return variables.flatMap((variable) => {
    const name = readString(variable, "name");
    if (name.state !== "known") return [];
    const value = readPartly(variable, "value");
    const secret = isSecretName(name.value) ? isGiven(value) : typeof value === "string" && ADDRESS.test(value);
    return secret ? [{ path: `${at}.${name.value}` }] : [];
  });
}

/** `$(OTHER)` is Kubernetes' reference to another variable. */
function isGiven(value: unknown): boolean {
  if (value === UNKNOWN || hasUnknown(value)) return true;
  return typeof value === "string" && value !== "" && !/^\$\(\w+\)$/.test(value);
}

function commandPlainText(container: unknown, at: string): PlainText[] {
  return ["command", "args"].flatMap((key) => {
    const words = readList(container, key);
    const line = words.filter((word) => typeof word === "string").join(" ");
    const given = ALIAS.test(line) || words.some((word, index) => holdsSecret(word, words[index + 1]));
    return given ? [{ path: `${at}.${key}` }] : [];
  });
}

function holdsSecret(word: unknown, next: unknown): boolean {
  if (typeof word !== "string") return false;
  // An option and its value may be two words; `--password` alone makes PostgreSQL's programs ask.
  if (OPTION.test(word) && isSecretName(asVariable(word)))
    return next === UNKNOWN || (typeof next === "string" && /^[^-$]/.test(next));
  if (ADDRESS.test(word)) return true;
  for (const [, name = ""] of word.matchAll(GIVEN)) if (isSecretName(asVariable(name))) return true;
  return false;
}

/** An option's name as a variable would have it: `--password-file` is `password_file`. */
const asVariable = (option: string) => option.replace(/^--/, "").replaceAll("-", "_");
