import Table from "cli-table3";
import { labTools } from "../../lab";
import { messageOf } from "../../lab/errors";
import { say, seconds, step } from "../../lab/report";
import { Engine } from "../policy/support/engine";
import { newKeys, trusting } from "../policy/support/evidence";
import { manyResources } from "./many-resources";
import { median } from "./measure";
import { PackServer } from "./pack-server";

/**
 * What the gate costs: previews of stacks of growing size by the real engine, without a pack, with an empty one and with
 * ours, in turn; and the packs alone, asked as the engine asks them. No cluster.
 */
const SIZES = [10, 100, 1000, 10_000];
const ROUNDS = 3;

interface Times {
  none: number[];
  empty: number[];
  ours: number[];
}

async function main(): Promise<void> {
  await labTools();
  const engine = await Engine.start("many-resources.cjs");
  try {
    const packs = { none: "", empty: await engine.otherPack("test/policy/programs/empty-pack.ts"), ours: engine.pack };
    const rows = [];
    for (const size of SIZES) {
      // The largest takes minutes.
      const rounds = size > 1000 ? 1 : ROUNDS;
      let times: Times | undefined;
      await step(`${size} resources`, async () => {
        times = await previews(engine, packs, size, rounds);
      });
      rows.push({ size, times: times as unknown as Times, alone: await alone(packs, size) });
    }
    report(rows);
  } finally {
    engine.stop();
  }
}

// A trusted key and an environment in which nothing is refused for want of proof: what is measured is the reading.
const GATE = { "restore-gate": { environment: "develop", trustedKeys: trusting(newKeys()) } };

async function previews(engine: Engine, packs: Record<keyof Times, string>, size: number, rounds: number) {
  const times: Times = { none: [], empty: [], ours: [] };
  const declared = manyResources(size);
  for (let round = 0; round < rounds; round++)
    for (const which of Object.keys(packs) as (keyof Times)[]) {
      const started = performance.now();
      const { output } = await engine.preview("bench", declared, which === "ours" ? GATE : undefined, packs[which]);
      times[which].push(performance.now() - started);
      if (!/Resources:|Policies:/.test(output))
        throw new Error(`the preview did not end well:\n${output.slice(-2000)}`);
    }
  return times;
}

/** Milliseconds of one analysis, the median of some: the first of a process is the one that counts, so each has its own. */
async function alone(packs: Record<keyof Times, string>, size: number): Promise<{ empty: number; ours: number }> {
  const resources = manyResources(size);
  const time = async (launcher: string, config: Record<string, object>) => {
    const pack = await PackServer.start(launcher);
    try {
      await pack.configure(config);
      const started = performance.now();
      await pack.analyze(resources);
      return performance.now() - started;
    } finally {
      pack.stop();
    }
  };
  const empty: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    empty.push(await time(packs.empty, {}));
    ours.push(await time(packs.ours, GATE));
  }
  return { empty: median(empty), ours: median(ours) };
}

function report(rows: { size: number; times: Times; alone: { empty: number; ours: number } }[]): void {
  const head = ["resources", "no pack", "empty pack", "ours", "ours − empty", "promise", "", "alone: empty", "ours"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { size, times, alone } of rows) {
    const [none, empty, ours] = [times.none, times.empty, times.ours].map(median) as [number, number, number];
    const more = ours - empty;
    const promise = size === 1000 ? "under 1 s" : "";
    const kept = size === 1000 ? (more < 1000 ? "✔" : "✖") : "";
    table.push([
      size,
      ...[none, empty, ours, more].map(seconds),
      promise,
      kept,
      seconds(alone.empty),
      seconds(alone.ours),
    ]);
  }
  say(`\npulumi preview, medians of ${ROUNDS} rounds in turn (one above 1,000)\n${table.toString()}`);
  const at = (size: number) => rows.find((row) => row.size === size)?.alone.ours ?? Number.NaN;
  const growth = at(10_000) / at(1000);
  say(
    `ten times the resources take ${growth.toFixed(1)} times as long (promise: linear, at most 12) ${growth <= 12 ? "✔" : "✖"}`,
  );
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  },
);
