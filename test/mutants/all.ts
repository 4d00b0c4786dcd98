import { drillMutants } from "./drill";
import { evidenceMutants } from "./evidence";
import { gateMutants } from "./gate";
import type { Mutant } from "./mutant";
import { retentionMutants } from "./retention";

export const GROUPS: Record<string, { title: string; mutants: Mutant[] }> = {
  drill: { title: "What a drill finds", mutants: drillMutants },
  evidence: { title: "Whether evidence may be believed", mutants: evidenceMutants },
  gate: { title: "What the gate makes of it", mutants: gateMutants },
  retention: { title: "What pruning removes", mutants: retentionMutants },
};

export const MUTANTS: Mutant[] = Object.values(GROUPS).flatMap(({ mutants }) => mutants);
