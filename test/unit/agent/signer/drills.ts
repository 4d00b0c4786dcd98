import { Checks } from "../../../../agent/drill/checks";
import { outcomeOf } from "../../../../agent/drill/outcome";
import { CHECKLIST_POINTS } from "../../../../model/checklist";
import type { Announcement, Outcome } from "../../../../model/drill-protocol";
import type { Manifest } from "../../../../model/manifest";
import { manifest } from "../jobs";

/** A drill whose agent found every point in order; tests say what is otherwise. */
export const ANNOUNCED: Announcement = {
  version: 1,
  drillId: "20261121T030000Z-0002",
  trigger: "schedule",
  startedAt: "2026-11-21T03:00:00.000Z",
  copy: "primary",
  asked: false,
};

export function allPassed(): Checks {
  const checks = new Checks();
  for (const point of CHECKLIST_POINTS) checks.add(`${point}.all`, point, true, "x", "x");
  return checks;
}

interface Found {
  checks?: Checks;
  manifest?: Manifest | undefined;
  rtoSeconds?: number;
  error?: string;
  failedStage?: string;
}

export function anOutcome(found: Found = {}, announced = ANNOUNCED): Outcome {
  const { checks = allPassed(), rtoSeconds = 42, error, failedStage } = found;
  const drilled = "manifest" in found ? found.manifest : { ...manifest, previous: undefined };
  return outcomeOf(
    announced,
    {
      manifest: drilled,
      storage: { kind: "s3-compatible", place: "https://s3.example.com/backups", prefix: "" },
      ...{ rtoSeconds, contents: { tables: 2, rows: 10 } },
    },
    checks,
    { done: [], failed: failedStage },
    error,
  );
}
