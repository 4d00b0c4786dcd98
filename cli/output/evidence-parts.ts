import { type DrillPredicate, lacking } from "../../model/evidence";

const ATTESTED: Record<NonNullable<DrillPredicate["attestation"]>, string> = {
  self: "self: the program that declares the backups declared the drill, too",
  platform: "platform: declared apart from the program that declares the backups",
};

/** The two answers, apart: what is true of the backup, and how the drill went. */
export function verdictOf({ verdict, passed, backup }: DrillPredicate): string {
  const backupIs = backup ? `the backup is ${verdict}` : "there was no backup to judge";
  return `verdict ${backupIs}; the drill ${passed ? "passed" : "failed"}`;
}

/** Who declared the drill, what it read, its place in the chain, and what the evidence does not say. */
export function originOf(p: DrillPredicate): string[] {
  const { attestation, storage, chain } = p;
  return [
    `attests ${attestation ? ATTESTED[attestation] : "it does not say who declared the drill"}`,
    ...(storage ? [`read    ${storage.kind} storage ${storage.place}, prefix "${storage.prefix}"`] : []),
    `chain   ${chain ? chainText(chain) : "it has no place in a chain"}`,
    ...lacking(p).map((text) => `lacks   ${text}`),
    ...(p.backup?.warnings ?? []).map((text) => `warning ${text}`),
  ];
}

function chainText({ sequence, previous }: NonNullable<DrillPredicate["chain"]>): string {
  return previous === null ? `record ${sequence}, the first` : `record ${sequence}, after ${previous.slice(0, 16)}…`;
}
