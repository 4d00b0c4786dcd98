import type { Client } from "pg";
import { covers } from "../../../model/not-backed-up";
import { ReportedError } from "../../../runtime/errors";
import { counted } from "../../../runtime/format";
import { rows } from "../../postgres/connect";
import { extensionTableLosses } from "./extension-tables";
import { hiddenLosses } from "./hidden";
import { keptElsewhere } from "./kept-elsewhere";
import type { Loss, LossQuery } from "./loss";
import { systemObjectLosses } from "./system-objects";

/** At most this many of one kind are named. */
const NAMED = 5;

/**
 * Looks, in the session's snapshot, for what the backup would lose without a word, and ends the run when there is
 * something that `acknowledged` does not name. What it names, and what is lost but can be had elsewhere, is told to
 * `warn`, line by line: a backup that is good but for this says so wherever it is shown.
 */
export async function checkLosses(
  client: Client,
  major: number,
  acknowledged: readonly string[],
  warn: (line: string) => void,
): Promise<void> {
  const losses = [
    ...(await ask(client, systemObjectLosses, major)),
    ...(await extensionTableLosses(client)),
    ...(await ask(client, hiddenLosses, major)),
  ];
  const isKnown = ({ name }: Loss) => acknowledged.some((pattern) => covers(pattern, name));
  const unknown = losses.filter((loss) => !isKnown(loss));
  if (unknown.length > 0) throw new ReportedError(lossProblem(unknown));
  for (const line of described(losses)) warn(`not backed up, as notBackedUp says: ${line}`);
  for (const pattern of acknowledged.filter((text) => !losses.some(({ name }) => covers(text, name)))) {
    warn(`notBackedUp names ${pattern}, and nothing of that name is lost: take it out`);
  }
  for (const { reason, remedy, names } of grouped(await ask(client, keptElsewhere, major))) {
    warn(`${list(names)}: ${reason}; hint: ${remedy}`);
  }
}

async function ask(client: Client, queries: LossQuery[], major: number): Promise<Loss[]> {
  const losses: Loss[] = [];
  for (const { sql, reason, remedy, since = 0 } of queries) {
    if (since > major) continue;
    const found = await rows<{ name: string }>(client, `SELECT DISTINCT f.name FROM (${sql}) f ORDER BY 1`);
    losses.push(...found.map(({ name }) => ({ name, reason, remedy })));
  }
  return losses;
}

export function lossProblem(losses: Loss[]): string {
  const hints = [...new Set(grouped(losses).map(({ remedy }) => remedy))];
  return (
    `nothing was backed up: pg_dump would leave out ${counted(losses.length, "thing")} without a word: ` +
    `${described(losses).join("; ")}\nhint: ${hints.join("; or, of the others, ")}; ` +
    "what is kept elsewhere, or may be lost, can be named in the backup's notBackedUp"
  );
}

/** One line for each reason. */
function described(losses: Loss[]): string[] {
  return grouped(losses).map(({ reason, names }) => `${list(names)} (${reason})`);
}

function grouped(losses: Loss[]): (Omit<Loss, "name"> & { names: string[] })[] {
  const groups = new Map<string, Omit<Loss, "name"> & { names: string[] }>();
  for (const { name, reason, remedy } of losses) {
    const group = groups.get(reason) ?? { reason, remedy, names: [] };
    group.names.push(name);
    groups.set(reason, group);
  }
  return [...groups.values()];
}

function list(names: string[]): string {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
