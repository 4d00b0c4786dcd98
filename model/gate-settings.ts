import type { TrustedKeys } from "./trusted-keys";

/** Where an environment stands in the promotion order. The first ones have no environment that could prove before them. */
export type Position = "first" | "later";

/** What the environment before must have drilled for its evidence to count here. */
export interface Promotion {
  /** Its stack; any one of that environment when it is not said. */
  stack?: string;
  /** By a database here (`namespace/cluster/database`), the one there, where their names differ. */
  databases: Readonly<Record<string, string>>;
  /** How many rows must have been restored there at least. */
  minRows: number;
  /** The same for single databases of this environment. */
  minRowsOf: Readonly<Record<string, number>>;
}

export const DEFAULT_PROMOTION: Promotion = { databases: {}, minRows: 100, minRowsOf: {} };

/** What the gate itself is told, apart from the program that it judges. */
export interface GateSettings {
  environment: string;
  position: Position;
  previousEnvironment?: string;
  promotion: Promotion;
  trustedKeys: TrustedKeys;
  maxEvidenceAgeSeconds: number;
  /** Digests (`sha256:…`) of the agents that may sign. Absent: every agent may. */
  agentImages?: readonly string[];
  /** Whether the evidence of programs that declare the backups, too, counts. */
  selfAttested: "allowed" | "refused";
}
