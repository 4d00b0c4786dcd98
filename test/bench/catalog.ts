import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { prune } from "../../catalog/prune";
import type { PrunePlan } from "../../catalog/prune-plan";
import { step } from "../../lab/report";
import type { RetentionPolicy } from "../../model/retention-policy";
import { ownerKey } from "../../model/storage-identity";
import { MARKER } from "../../store/folder-marker";
import { FolderStore } from "../../store/folder-store";
import { GeneratedBackups, OWNER, TARGET } from "./generated-backups";

/**
 * What pruning costs as backups become many: listing them, reading their manifests, deciding, removing. Hourly backups,
 * of which the policy keeps some hundreds. `generated` is a storage without any delay that makes up its objects, so that
 * the figures are those of the code alone; `folder` is a real one on this machine's disk. Each run is a process of its
 * own, whose peak memory is told.
 */
const SIZES = [10_000, 100_000];
const KINDS = ["generated", "folder"] as const;
type Kind = (typeof KINDS)[number];

const POLICY: RetentionPolicy = {
  keepSeconds: 14 * 86_400,
  hourly: 48,
  daily: 30,
  weekly: 12,
  monthly: 24,
  yearly: 10,
  timeZone: "Europe/Zurich",
};

interface Figures {
  backups: number;
  removed: number;
  /** Listing, reading and deciding. */
  planSeconds: number;
  removeSeconds: number;
  /** Before anything was listed, and at the worst. */
  startMegabytes: number;
  peakMegabytes: number;
}

async function main(): Promise<void> {
  const table = new Table({
    head: ["storage", "backups", "removed", "list and decide", "remove", "memory at start", "at the peak"],
    style: { head: [], border: [] },
  });
  const ratios: string[] = [];
  for (const kind of KINDS) {
    const all: Figures[] = [];
    for (const size of SIZES) {
      const what = `pruning ${size.toLocaleString("en-US")} backups of a ${kind} storage`;
      await step(what, async () => {
        all.push(await measured(kind, size));
      });
    }
    for (const f of all)
      table.push([
        kind,
        f.backups.toLocaleString("en-US"),
        f.removed.toLocaleString("en-US"),
        `${f.planSeconds.toFixed(1)} s`,
        `${f.removeSeconds.toFixed(1)} s`,
        `${f.startMegabytes.toFixed(0)} MB`,
        `${f.peakMegabytes.toFixed(0)} MB`,
      ]);
    const [few, many] = all as [Figures, Figures];
    const ratio = (of: (f: Figures) => number) => (of(many) / of(few)).toFixed(1);
    const times = `${ratio((f) => f.planSeconds + f.removeSeconds)} times the time`;
    ratios.push(`${kind}: ${many.backups / few.backups} times the backups take ${times}`);
  }
  console.log(table.toString());
  for (const line of ratios) console.log(line);
}

async function measured(kind: Kind, size: number): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "restorable-bench-"));
  try {
    if (kind === "folder") fill(folder, size);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", __filename, kind, String(size), folder],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`the run with ${size} backups failed: ${stderr}`);
    return JSON.parse(stdout) as Figures;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function fill(folder: string, size: number): void {
  const backups = new GeneratedBackups(size);
  writeFileSync(join(folder, MARKER), JSON.stringify({ version: 1, id: "bench" }));
  for (let index = 0; index < size; index++) {
    mkdirSync(join(folder, backups.folder(index)), { recursive: true });
    for (const [key, text] of backups.objects(index)) writeFileSync(join(folder, key), text);
  }
  writeFileSync(join(folder, ownerKey("", TARGET)), backups.marker());
}

/** One run, in the process of its own. */
async function run(kind: string, size: number, folder: string): Promise<Figures> {
  const backups = new GeneratedBackups(size);
  const store = kind === "folder" ? await FolderStore.open(folder) : backups;
  const startMegabytes = peakMegabytes();
  const started = performance.now();
  let planned = started;
  const onPlan = (_: PrunePlan) => {
    planned = performance.now();
  };
  // Files on a disk are as new as this run: seen from far enough ahead, they are not from the future.
  const now = new Date(backups.end.getTime() + 3_600_000);
  const { removed, decisions } = await prune(store, "", TARGET, { owner: OWNER, policy: POLICY, now, onPlan });
  return {
    backups: decisions.length,
    removed: removed.length,
    planSeconds: (planned - started) / 1000,
    removeSeconds: (performance.now() - planned) / 1000,
    startMegabytes,
    peakMegabytes: peakMegabytes(),
  };
}

/** The most that this process has had in memory, until now. */
const peakMegabytes = () => process.resourceUsage().maxRSS / 1024;

const [kind, size, folder] = process.argv.slice(2);
if (kind && size && folder)
  void run(kind, Number(size), folder).then((figures) => console.log(JSON.stringify(figures)));
else void main();
