import type { Command } from "commander";
import type { Evidence, EvidenceKey, Signature } from "../../../catalog/evidence";
import type { Target } from "../../../model/target";
import { targetId } from "../../../model/target";
import { EXIT, type ExitCode } from "../../../runtime/errors";
import { answering, newCommand, positive } from "../../command";
import { type ConnectionOptions, type JsonOption, withDatabase, withJson, withStorage } from "../../connection/options";
import { json } from "../../output/json";
import { formatTime, styleOf } from "../../output/style";
import type { World } from "../../world";

interface Options extends ConnectionOptions, JsonOption {
  limit: number;
  key?: string[];
}

/** One drill in what `--json` prints: `{"version": 1, "drills": [ListedDrill, …]}`. What a refused one says is null. */
export interface ListedDrill {
  id: string;
  target: Target;
  backup: string | null;
  result: "passed" | "failed" | null;
  finishedAt: string | null;
  trigger: string | null;
  copy: string | null;
  rpoSeconds: number | null;
  rtoSeconds: number | null;
  signature: Signature;
  /** Why it is refused. */
  problem: string | null;
}

export function listCommand(world: World): Command {
  const command = newCommand("list", {
    summary: "the restore drills that there were, newest first",
    examples: [
      "drill list --stack production",
      "drill list --path /mnt/backups --key drill-public.pem --limit 5 --json",
    ],
  })
    .option("--limit <count>", "at most so many of each database", positive("--limit"), 20)
    .option("--key <file...>", "public keys (PEM) whose signatures count, besides the stack's");
  return withStorage(withDatabase(withJson(command))).action(answering((options: Options) => list(world, options)));
}

async function list(world: World, options: Options): Promise<ExitCode> {
  const [{ Connection }, { listEvidence, readEvidence, trustedKeys }, { inParallel }] = await Promise.all([
    import("../../connection/connection"),
    import("../../connection/evidence"),
    import("../../../catalog/parallel"),
  ]);
  const connection = new Connection(world, options);
  const keys = await trustedKeys(options.key, connection);
  const storage = await connection.storage("primary", "reader");
  const drills: ListedDrill[] = [];
  for (const { target } of await connection.databases(storage)) {
    const found = (await listEvidence(storage.store, storage.prefix, target)).slice(0, options.limit);
    const read = await inParallel(found, 16, (one) => readEvidence(storage.store, one, target, keys));
    drills.push(...read.map((evidence) => listed(target, evidence)));
  }
  world.out(options.json ? json({ drills }) : await rendered(world, drills));
  return EXIT.good;
}

function listed(target: Target, evidence: Evidence & EvidenceKey): ListedDrill {
  const { drillId: id, backupId, signature, problem = null } = evidence;
  const p = signature === "refused" ? undefined : evidence.predicate;
  return {
    id,
    target,
    backup: backupId ?? null,
    result: p ? (p.passed ? "passed" : "failed") : null,
    finishedAt: p?.drill.finishedAt ?? null,
    trigger: p?.drill.trigger ?? null,
    copy: p?.restorePath.storage.copy ?? null,
    rpoSeconds: p?.measured.rpoSeconds ?? null,
    rtoSeconds: p?.measured.rtoSeconds ?? null,
    signature,
    problem,
  };
}

async function rendered(world: World, drills: ListedDrill[]): Promise<string> {
  if (drills.length === 0) return "there was no drill";
  const [{ table }, { formatDuration }] = await Promise.all([
    import("../../output/table"),
    import("../../../model/duration"),
  ]);
  const style = styleOf(world);
  const several = new Set(drills.map(({ target }) => targetId(target))).size > 1;
  const time = (seconds: number | null) => (seconds === null ? "-" : formatDuration(seconds));
  const rows = drills.map((drill) => [
    ...(several ? [targetId(drill.target)] : []),
    drill.id,
    drill.backup ?? "none",
    resultText(drill, style),
    drill.finishedAt === null ? "-" : formatTime(drill.finishedAt),
    drill.trigger ?? "-",
    drill.copy ?? "-",
    time(drill.rpoSeconds),
    time(drill.rtoSeconds),
  ]);
  const heads = ["id", "backup", "result", "finished at", "trigger", "copy", "rpo", "rto"];
  const columns = [...(several ? ["database"] : []), ...heads].map((head) => ({ head }));
  const notes = [
    ...drills.flatMap(({ id, problem }) => (problem === null ? [] : [`${id}: ${problem}`])),
    ...(drills.some(({ signature }) => signature === "unchecked")
      ? ["* its signature was not checked: no public key is known; give --key"]
      : []),
  ];
  return [table(columns, rows), ...(notes.length > 0 ? ["", ...notes] : [])].join("\n");
}

function resultText({ result, signature }: ListedDrill, style: ReturnType<typeof styleOf>): string {
  if (result === null) return style.bad("not trusted");
  const text = `${result}${signature === "unchecked" ? "*" : ""}`;
  return result === "passed" ? style.good(text) : style.bad(text);
}
