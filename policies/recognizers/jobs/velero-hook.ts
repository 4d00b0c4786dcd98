import { readPartly, UNKNOWN } from "../../known";
import type { StackView } from "../../stack/view";
import type { Held } from "../shared/pod-holders";
import type { Found } from "./programs";
import { runsOf } from "./runs";

/** What Velero has a pod's containers run before it copies their volumes (velero.io, "Backup Hooks"). */
const HOOK = "pre.hook.backup.velero.io/command";

/** The program that a pod's hook dumps PostgreSQL with. */
export function hookProgram(annotations: unknown): string | undefined {
  const command = readPartly(annotations, HOOK);
  if (typeof command !== "string") return undefined;
  return runsOf(argvOf(command), { files: { named: () => [] }, variables: [] }).ran[0]?.name;
}

/** A list as JSON, or one word. */
function argvOf(command: string): string[] {
  try {
    const list: unknown = JSON.parse(command);
    if (Array.isArray(list)) return list.filter((word) => typeof word === "string");
  } catch {
    // One word.
  }
  return [command];
}

/** The same as a backup, where the Schedule that runs it is none of this stack's: those read the hooks themselves. */
export function veleroHook({ what, annotations }: Held, view: StackView): Found | undefined {
  if (annotations === UNKNOWN || ["Schedule", "Backup"].some((kind) => view.ofKind("velero.io", kind).length > 0))
    return undefined;
  const program = hookProgram(annotations);
  return program === undefined
    ? undefined
    : { what: `${what} whose Velero hook runs ${program}`, certain: true, method: "logical" };
}
