import { InvalidInputError } from "../model/problems";
import { judgeStack } from "./judge-stack";
import { leaveNotes } from "./notes";
import { stackPolicy } from "./rule";
import { parseSettings, type Settings, settingsConfigSchema } from "./settings";

const NAME = "restore-path-proven";

/**
 * Every drill's restore path has fresh, signed, passing evidence, as the environment's place in the promotion order
 * demands; the table is in model/verdict.ts.
 *
 * Severity: critical. Page: docs/policies/restore-path-proven.md
 */
export const restorePathProven = stackPolicy({
  name: NAME,
  description: "A restore path is deployed only with evidence that a restore along it has passed.",
  level: "mandatory",
  severity: "critical",
  remedy: "Let the restore drill pass and give its evidence to the RestoreDrill.",
  configSchema: settingsConfigSchema(),
  check: (index, config) => {
    leaveNotes([]);
    // A stack without backups needs no gate, and no configuration of it.
    if (index.drills.length + index.backups.length + index.foreign.length === 0) return [];
    let settings: Settings;
    try {
      settings = parseSettings(config);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      return [
        {
          verdict: "The policy pack is not configured, so nothing can be proven to it.",
          reasons: error.problems.map((p) => (p.path === "" ? p.message : `${p.path}: ${p.message}`)),
          remedies: [
            `give --policy-pack-config a JSON file with {"${NAME}": {"environment": "production", "trustedKeys": ["-----BEGIN PUBLIC KEY-----…"]}}`,
          ],
        },
      ];
    }
    const { violations, notes } = judgeStack(index, settings, new Date());
    leaveNotes(notes);
    return violations;
  },
});
