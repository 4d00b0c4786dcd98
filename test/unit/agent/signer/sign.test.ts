import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { connectTo } from "../../../../agent/channel";
import { type Copy, copiesOf } from "../../../../agent/drill/copies";
import { concludeDrill, whenRequested } from "../../../../agent/signer/sign";
import { announcementSchema, conclusionSchema } from "../../../../model/drill-protocol";
import { openEnvelope } from "../../../../model/dsse";
import { type DrillPredicate, evidenceConfigMapKey, statementSchema } from "../../../../model/evidence";
import { Stages } from "../../../../runtime/stages";
import { drillJob } from "../jobs";
import { ANNOUNCED, allPassed, anOutcome } from "./drills";
import { Place } from "./place";

const [copy] = copiesOf(drillJob) as [Copy];
const NEVER = new AbortController().signal;

describe("the signer of a drill", () => {
  let folder: string;
  let place: Place;
  let socket: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "signer-"));
    socket = join(folder, "signer.sock");
    place = new Place();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const conclude = (changes: { signal?: AbortSignal; deadline?: Date; announced?: typeof ANNOUNCED } = {}) => {
    const { signal = NEVER, deadline = new Date(Date.now() + 60_000), announced = ANNOUNCED } = changes;
    const run = { signal, stages: new Stages(() => undefined), say: () => undefined };
    return concludeDrill(drillJob, { place: place.with(), copy, announced, deadline }, run, socket);
  };

  /** The agent's side: is told what to drill, says `outcome`, and gives what it is answered. */
  const say = async (outcome: unknown) => {
    const channel = await connectTo(socket, "the signer", NEVER);
    await channel.receive(announcementSchema);
    await channel.send(outcome);
    return channel.receive(conclusionSchema).finally(() => channel.close());
  };

  /** What is signed of the drill, in the ConfigMap as in the bucket. */
  const signed = (): DrillPredicate => {
    const text = place.data[evidenceConfigMapKey(drillJob.fingerprint)] ?? "";
    assert.deepEqual(Object.values(place.objects), [text]);
    const opened = openEnvelope(text, [place.signer.publicKey]);
    assert.ok(opened.ok);
    return statementSchema.parse(opened.statement).predicate;
  };

  const isFailure = (why: RegExp) => {
    const { passed, verdict, failures, environment, target, fingerprint } = signed();
    assert.deepEqual([passed, verdict], [false, "undetermined"]);
    assert.match(failures.join(), why);
    const { environment: own, target: ours, fingerprint: path } = drillJob;
    assert.deepEqual({ environment, target, fingerprint }, { environment: own, target: ours, fingerprint: path });
  };

  it("signs what the agent found, keeps it, and tells the agent where", async () => {
    const [passed, answer] = await Promise.all([conclude(), say(anOutcome())]);
    assert.equal(passed, true);
    assert.deepEqual([signed().passed, signed().verdict], [true, "restorable"]);
    assert.ok("key" in answer);
    assert.deepEqual(Object.keys(place.objects), [answer.key]);
  });

  it("judges by itself: a check that failed is no pass, and its Job fails", async () => {
    const checks = allPassed();
    checks.add("rows.counts", "rows", false, "10", "9");
    const [signing] = await Promise.allSettled([conclude(), say(anOutcome({ checks }))]);
    assert.match(String((signing as PromiseRejectedResult).reason), /the drill failed: rows\.counts/);
    assert.deepEqual([signed().passed, signed().verdict], [false, "not restorable"]);
  });

  it("signs a failure at once when the agent dies before it says what it found", async () => {
    const signing = conclude();
    const channel = await connectTo(socket, "the signer", NEVER);
    await channel.receive(announcementSchema);
    channel.close();
    await assert.rejects(signing, /the drill failed/);
    isFailure(/ended without a word.*nothing is known of the backup/);
  });

  it("signs a failure when the agent never comes, and when it has not said in time what it found", async () => {
    await assert.rejects(conclude({ signal: AbortSignal.abort(new Error("stopped by SIGTERM")) }), /the drill failed/);
    isFailure(/stopped by SIGTERM; the drill's agent did not start/);
    place = new Place();
    const signing = conclude({ deadline: new Date(Date.now() + 100) });
    signing.catch(() => undefined);
    const channel = await connectTo(socket, "the signer", NEVER);
    await assert.rejects(signing, /did not say in time what it found/);
    isFailure(/did not say in time/);
    channel.close();
  });

  const passing = anOutcome();
  const lies: [string, unknown, RegExp, object?][] = [
    ["names whose drill it is: that is the signer's to say", { ...passing, environment: "production" }, /cannot say/],
    ["names a path of its own", { ...passing, fingerprint: "f".repeat(64) }, /cannot say/],
    ["calls itself passed", { ...passing, passed: true }, /cannot say/],
    [
      "comes from another storage",
      { ...passing, storage: { ...passing.storage, prefix: "other/" } },
      /of another storage/,
    ],
    [
      "is of a backup of which no storage is told",
      { ...passing, storage: undefined },
      /names a backup, and no storage/,
    ],
    ["is of another backup than the one asked for", passing, /was asked for/, { backupId: "20261120T020000Z-0001" }],
    [
      "is of a backup that no clock has come to yet",
      { ...passing, backup: { ...passing.backup, snapshotAt: "2036-01-01T00:00:00.000Z" } },
      /from the future/,
    ],
    ["holds a text that moves the cursor", { ...passing, failedStage: "fetch\u001b[1A" }, /cannot say \(failedStage/],
    ["holds a text of any length", { ...passing, error: "x".repeat(5000) }, /cannot say \(error/],
    ["is no JSON", undefined, /cannot say/],
  ];
  for (const [what, outcome, why, told] of lies)
    it(`signs a failure, and not the result, when the result ${what}`, async () => {
      const announced = { ...ANNOUNCED, ...told };
      const [signing] = await Promise.allSettled([conclude({ announced }), say(outcome)]);
      assert.equal(signing.status, "rejected");
      isFailure(why);
    });

  it("signs a failure when the agent talks without an end, and does not take it all into its memory", async () => {
    const signing = conclude();
    signing.catch(() => undefined);
    while (!(await talk(socket))) await sleep(20);
    await assert.rejects(signing, /the drill failed/);
    isFailure(/said more than 256 KiB at once/);
  });

  it("hears one agent: a second connection is hung up on", async () => {
    const signing = conclude();
    const first = await connectTo(socket, "the signer", NEVER);
    await first.receive(announcementSchema);
    const second = createConnection(socket);
    await new Promise((resolve) => second.once("error", resolve).once("close", resolve));
    await first.send(anOutcome());
    assert.equal(await signing, true);
    assert.ok("key" in (await first.receive(conclusionSchema)));
    first.close();
  });

  it("asks the API server when the drill was asked for, and says so when it cannot tell", async () => {
    const startedAt = new Date("2026-11-21T03:00:00Z");
    const said: string[] = [];
    const asked = (created: () => Promise<Date | undefined>, name = "drill-x") =>
      whenRequested("app-drill", startedAt, created, (line) => said.push(line), { RESTORABLE_POD_NAME: name });
    const earlier = new Date("2026-11-21T02:59:00Z");
    assert.deepEqual(await asked(async () => earlier), earlier);
    // A node whose clock is behind must not give time away.
    assert.deepEqual(await asked(async () => new Date("2026-11-21T03:00:20Z")), startedAt);
    assert.deepEqual(said, []);
    assert.equal(await asked(() => Promise.reject(new Error("the service account lacks the permission"))), undefined);
    assert.match(
      said.join(),
      /^note: the RTO counts from the drill's start, not from its request: the service account/,
    );
    assert.equal(await asked(async () => earlier, ""), undefined);
  });

  it("tells the agent when the evidence cannot be kept, and fails", async () => {
    place.away = true;
    const [signing, answer] = await Promise.allSettled([conclude(), say(anOutcome())]);
    assert.equal(signing.status, "rejected");
    assert.ok(answer.status === "fulfilled");
    assert.match(z.object({ problem: z.string() }).parse(answer.value).problem, /could not be published.*is away/);
  });
});

/** Writes what has no end to `path`; gives whether somebody was there. */
function talk(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const more = () => {
      while (socket.writable && socket.write("x".repeat(64 * 1024)));
    };
    socket.on("connect", () => {
      more();
      resolve(true);
    });
    socket.on("drain", more);
    socket.on("error", () => resolve(false));
  });
}
