import type { DrillDescriptor } from "./descriptor";
import type { Testimony } from "./evidence-verification";
import type { GateSettings } from "./gate-settings";
import { targetId } from "./target";
import { oneLine } from "./text";

/** What people are told of a restore path that is not refused. */
export interface Told {
  reasons: string[];
  remedies: string[];
}

export function provenText(by: Testimony, settings: GateSettings): Told {
  if (by.from === "own") return { reasons: [], remedies: [] };
  return {
    reasons: [
      `${by.source}: proven in ${oneLine(by.predicate.environment, 60)}, not yet in ${settings.environment}: its recovery time here has not been measured`,
    ],
    remedies: ["run the drill here after the deployment"],
  };
}

export function unprovenText(
  reason: string,
  decision: "allow" | "reject",
  drill: DrillDescriptor,
  settings: GateSettings,
): Told {
  if (decision === "allow")
    return {
      reasons: [reason],
      remedies: ["the drill runs on this deployment; deploy again to see its evidence counted"],
    };
  const component = drill.kind === "drill" ? "RestoreDrill" : "ExternalRestoreDrill";
  if (settings.position === "first") {
    const second = "the drill does not run on deployment, so this deployment would bring no proof either";
    const first = drill.kind === "drill" ? "" : "let the tool run after each deployment, and ";
    return { reasons: [reason, second], remedies: [`${first}set triggers.onDeployment of the ${component} to true`] };
  }
  const before = settings.previousEnvironment ?? "an earlier environment";
  const remedy = `let the drill pass in ${before} with this restore path, and give its evidence to the ${component} of ${targetId(drill.target)}`;
  return {
    reasons: [reason, `${settings.environment} deploys only what was proven here or in ${before}`],
    remedies: [remedy],
  };
}
