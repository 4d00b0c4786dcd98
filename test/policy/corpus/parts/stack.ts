import type * as pulumi from "@pulumi/pulumi";
import type { RestoreDrillDescriptor } from "../../../../model/descriptor";
import type { AnyRestorePath } from "../../../../model/restore-path";
import type { EvidenceStorage } from "../../../../model/storage-identity";
import type { Target } from "../../../../model/target";

/**
 * One stack of the corpus: a way in which people declare PostgreSQL with backups, and what a careful reviewer would say
 * of it. The verdict was written from the meaning of the rules, not from what the pack answers.
 */
export interface CorpusStack {
  /** One line: what is declared, and what is right or wrong with it. */
  about: string;
  environment: "develop" | "staging" | "production";
  /** Every mandatory rule that must speak, and no other. None: the stack is fine. */
  refusedBy: string[];
  /** The advisory rules that speak in a stack that is fine. @default none */
  advised?: string[];
  /** Configuration of single rules, beside the gate's own. */
  configuration?: Record<string, object>;
  /** More settings of the gate itself. */
  gate?: object;
  /** The pipeline does not hand the gate the evidence that the drills show. @default it does */
  evidenceWithheld?: boolean;
  /** Declares the stack's resources. */
  declare(help: Help): void;
}

export interface Help {
  environment: CorpusStack["environment"];
  /** Signs evidence of a drill that ended an hour ago and passed, with these differences; the path of its file. */
  evidence(drill: Drilled, differences?: Differences): string;
  /** What our own drills will find in their cluster's ConfigMap. */
  inCluster(...files: string[]): void;
  /** An output of a resource that does not exist yet: unknown at preview. */
  notYet(name: string): pulumi.Output<string>;
}

/** What is drilled, as its evidence names it. */
export interface Drilled {
  target: Target;
  restorePath: AnyRestorePath;
  objectives: RestoreDrillDescriptor["objectives"];
  /** Where a drill of ours read the backups. */
  storage?: EvidenceStorage;
}

/** How evidence differs from good evidence. */
export interface Differences {
  /** @default 1 */
  endedHoursAgo?: number;
  /** The drill failed, for this reason. */
  failure?: string;
  /** How long the recovery took. @default 90 */
  recoverySeconds?: number;
  /** It was made in another environment, whose stack has its name. */
  environment?: string;
  /** It is of another cluster. */
  cluster?: string;
  restorePath?: AnyRestorePath;
  /** Somebody else than the drill signed it. */
  signedByAStranger?: boolean;
  /** A failing drill, whose evidence was made to say that it passed. */
  edited?: boolean;
}
