import type { PolicyResource } from "@pulumi/policy";
import { readPartly, readString, UNKNOWN } from "../../known";
import type { StackView } from "../../stack/view";
import { filesNamed, mountsOf } from "../jobs/mounts";
import { commandsIn } from "../shared/shell";

/** Why a BackupVerifier looks at nothing of what it has restored; undefined when it does, for all that can be told. */
export function checkProblem(verifier: PolicyResource, view: StackView): string | undefined {
  const type = readString(verifier.props, "spec", "type");
  if (type.state === "unknown") return "whether it checks what it restored is unknown at preview";
  if (type.state === "known" && type.value === "Query") return queryProblem(verifier);
  if (type.state === "known" && type.value === "Script") return scriptProblem(verifier, view);
  return "it restores and checks nothing: its type is neither Query nor Script";
}

function queryProblem({ props }: PolicyResource): string | undefined {
  const queries = readPartly(props, "spec", "query", "postgres");
  if (queries === UNKNOWN) return "what it asks for is unknown at preview";
  const asks = Array.isArray(queries) && queries.length > 0;
  return asks ? undefined : "it restores and checks nothing: it has no query of PostgreSQL";
}

const NOTHING = "it restores and checks nothing: its script does nothing";

function scriptProblem(verifier: PolicyResource, view: StackView): string | undefined {
  const location = readString(verifier.props, "spec", "script", "location");
  if (location.state === "unknown") return "which script it runs is unknown at preview";
  if (location.state === "absent" || location.value.trim() === "")
    return "it restores and checks nothing: it names no script";
  // Whoever takes it for the script itself.
  if (/\s/.test(location.value.trim())) return doesNothing(location.value) ? NOTHING : undefined;
  const spec = readPartly(verifier.props, "spec");
  const files = filesNamed(mountsOf(spec, spec, verifier, view), location.value);
  const own = files.filter(({ at, path }) => at !== path);
  if (own.some(({ text }) => text === UNKNOWN)) return "what its script does is unknown at preview";
  const texts = own.flatMap(({ text }) => (typeof text === "string" ? text : []));
  return texts.length > 0 && texts.every(doesNothing) ? NOTHING : undefined;
}

/** Commands that look at no database. */
const IDLE = /^(exit|return|true|false|:|echo|printf|set|sleep|date|export|cd|shopt|\{|\})$/;

function doesNothing(script: string): boolean {
  return commandsIn(script).every(({ words }) => IDLE.test(words[0] ?? ":") || /^\w+=/.test(words[0] ?? ""));
}
