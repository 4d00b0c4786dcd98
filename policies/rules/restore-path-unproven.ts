import { takeNotes } from "./notes";
import { stackPolicy } from "./rule";

/**
 * Shows what restore-path-proven let pass without proof from here: unproven restore paths and waivers.
 *
 * Severity: medium, advisory. Set to mandatory, it refuses them too. Page: docs/policies/restore-path-unproven.md
 */
export const restorePathUnproven = stackPolicy({
  name: "restore-path-unproven",
  description: "Restore paths that were let pass without proof from here are shown.",
  level: "advisory",
  severity: "medium",
  remedy: "Let the drill run; deploy again once its evidence is there.",
  check: takeNotes,
});
