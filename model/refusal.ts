/** Why evidence does not prove, in kinds: each has a remedy of its own. */
export type RefusalKind =
  | "untrusted"
  | "foreign"
  | "other-path"
  | "contradictory"
  | "failing"
  | "not-restorable"
  | "incomplete"
  | "outdated"
  | "withheld"
  | "foreign-agent"
  | "self-attested"
  | "other-storage"
  | "stale"
  | "future"
  | "objective";

export interface Refusal {
  kind: RefusalKind;
  /** Where the record was read. */
  source: string;
  reason: string;
}

/** What `refusals` say to people: each reason with its source, each kind's remedy once. */
export function refusalText(refusals: readonly Refusal[]): { reasons: string[]; remedies: string[] } {
  const kinds = [...new Set(refusals.map(({ kind }) => kind))];
  return {
    reasons: refusals.map(({ source, reason }) => `${source}: ${reason}`),
    remedies: kinds.map((kind) => REMEDIES[kind]),
  };
}

const REMEDIES: Record<RefusalKind, string> = {
  untrusted:
    "run the drill again and use the evidence as it was written; if its key is meant to be trusted, add the public key to its environment in trustedKeys",
  foreign: "remove this record and give the evidence of this stack's own drill",
  "other-path":
    "run the drill with the restore path as it is now: image, version, storage or checks have changed since",
  contradictory:
    "do not trust this record: run the drill again with an unmodified agent, and find out who signed this one",
  failing: "repair what the drill found and run it again; if the deployment itself is the repair, ask for a waiver",
  "not-restorable":
    "do not count on this backup: find out why its contents are not what was recorded, take a new one, and drill that",
  incomplete: "run the drill again with an agent that checks every point",
  outdated: "run the drill again with an agent of this version",
  withheld:
    "give all records from the one that counts on, from the drill's ConfigMap or from the storage (`s3://…` in restore-gate's `evidence`); if a record is lost for good, run the drill again, and find out who removed it",
  "foreign-agent":
    "run the drill with one of the images in agentImages; if this one is meant to be trusted, have its digest added there",
  "self-attested":
    "let a platform's own stack, which holds the signing key, declare the drill (attestation: platform), and run it again",
  "other-storage": "run the drill again: where backups go, or for whom they are encrypted, has changed since",
  stale: "run the drill again, and look why its schedule did not",
  future: "set the clocks of the drill's node and of this machine right, and run the drill again",
  objective:
    "make the recovery meet its objective, or change the objective with those who rely on it, and run the drill again",
};
