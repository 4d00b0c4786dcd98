import type { Preview } from "./engine";

/** What the pack said in a preview. */
export interface Spoken {
  code: number;
  /** The names of the rules that spoke, each once, sorted. */
  mandatory: string[];
  advisory: string[];
  /** Everything that was said, for people. */
  text: string;
}

/** The part of the engine's events (one JSON object a line) that this looks at. */
interface EngineEvent {
  policyEvent?: { resourceUrn?: string; policyName: string; enforcementLevel: string; message: string };
  diagnosticEvent?: { severity: string; message: string };
  summaryEvent?: object;
}

/** How the engine ends a preview in which a mandatory rule has spoken. */
const REFUSED = "preview failed";

/** Throws when the preview did not come to its end: a stack that was not judged has not passed, and was not refused. */
export function spokenIn({ code, output }: Preview): Spoken {
  const events = output.split("\n").flatMap(eventOf);
  const errors = events.flatMap(({ diagnosticEvent: d }) => (d?.severity === "error" ? [d.message.trim()] : []));
  const broken = errors.filter((error) => error !== REFUSED);
  if (broken.length > 0 || !events.some(({ summaryEvent }) => summaryEvent))
    throw new Error(`the preview did not come to its end:\n${broken.join("\n") || output}`);
  const said = events.flatMap(({ policyEvent }) => policyEvent ?? []);
  const rules = (level: string) =>
    [...new Set(said.filter((s) => s.enforcementLevel === level).map((s) => s.policyName))].sort();
  const text = said
    .map((s) => `[${s.enforcementLevel}] ${s.policyName} (${s.resourceUrn ?? "the stack"})\n${s.message}`)
    .join("\n");
  return { code, mandatory: rules("mandatory"), advisory: rules("advisory"), text };
}

function eventOf(line: string): EngineEvent[] {
  if (!line.startsWith("{")) return [];
  try {
    return [JSON.parse(line) as EngineEvent];
  } catch {
    return [];
  }
}
