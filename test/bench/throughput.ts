import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CreateBucketCommand, DeleteBucketCommand, GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import Table from "cli-table3";
import { inLab, labEnv, readS3Access } from "../../lab";
import { messageOf } from "../../lab/errors";
import { say, step } from "../../lab/report";
import { S3Store } from "../../store/s3-store";
import { type Measured, median } from "./measure";
import { rclone, rcloneCopy } from "./rclone";

/**
 * How fast the agent stores and fetches one large object, against the bare S3 client library and against rclone: in
 * turn, in one run, to the lab's S3 server. All share this machine's cores with the server. The agent also takes the
 * SHA-256 of what it sends, which the others do not.
 */
const BYTES = 1024 ** 3;
const ROUNDS = 3;
const KEY = "object";
const BUCKET = "throughput";
const PART = 8 * 1024 ** 2;

type Way = "agent" | "client library" | "rclone";
const WAYS: Way[] = ["agent", "client library", "rclone"];

async function main(): Promise<void> {
  const access = readS3Access();
  const { endpoint, region, root: credentials } = access;
  const client = new S3Client({
    ...{ endpoint, region, credentials, forcePathStyle: true },
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const store = S3Store.open({ bucket: BUCKET, endpoint, region, credentials });
  const program = await rclone();
  const folder = await mkdtemp(join(tmpdir(), "throughput-"));
  const [source, target] = [join(folder, "source"), join(folder, "target")];
  const uploads: Record<Way, () => Promise<unknown>> = {
    agent: () => store.upload(KEY, createReadStream(source, { highWaterMark: 256 * 1024 }), BYTES),
    "client library": () =>
      new Upload({
        client,
        params: { Bucket: BUCKET, Key: KEY, Body: createReadStream(source) },
        partSize: PART,
        queueSize: 4,
      }).done(),
    rclone: async () => rcloneCopy(program, access, source, `:s3:${BUCKET}/${KEY}`),
  };
  const downloads: Record<Way, () => Promise<unknown>> = {
    agent: () => store.download(KEY, target),
    "client library": async () => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: KEY }));
      await pipeline(Body as Readable, createWriteStream(target));
    },
    rclone: async () => rcloneCopy(program, access, `:s3:${BUCKET}/${KEY}`, target),
  };
  await client.send(new CreateBucketCommand({ Bucket: BUCKET })).catch((error: { name?: string }) => {
    if (error.name !== "BucketAlreadyOwnedByYou") throw error;
  });
  try {
    await step("1 GiB of random bytes", () => fill(source));
    const table = new Table({
      head: ["", ...WAYS, "agent / library", "agent / rclone"],
      style: { head: [], border: [] },
    });
    for (const [what, ways] of [
      ["upload", uploads],
      ["download", downloads],
    ] as const) {
      const measured = await inTurn(what, ways, async () => {
        await rm(target, { force: true });
        // What one way has written, the disk does not write in the next one's time.
        spawnSync("sync");
      });
      const seconds = (way: Way) => median(measured[way].map((m) => m.seconds));
      const speed = (way: Way) => `${(BYTES / 1e6 / seconds(way)).toFixed(0)} MB/s`;
      const ratio = (way: Way) => (seconds("agent") / seconds(way)).toFixed(2);
      table.push([`${what} of 1 GiB`, ...WAYS.map(speed), ratio("client library"), ratio("rclone")]);
    }
    say(`\nmedians of ${ROUNDS} rounds, in turn; the last two columns are ratios of times\n${table.toString()}`);
  } finally {
    await store.remove(KEY);
    await client.send(new DeleteBucketCommand({ Bucket: BUCKET }));
    await rm(folder, { recursive: true, force: true });
  }
}

async function inTurn(
  what: string,
  ways: Record<Way, () => Promise<unknown>>,
  prepare: () => Promise<void>,
): Promise<Record<Way, Measured[]>> {
  const measured: Record<Way, Measured[]> = { agent: [], "client library": [], rclone: [] };
  await step(`${ROUNDS} rounds of ${what}`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      for (const way of WAYS) {
        await prepare();
        const started = performance.now();
        await ways[way]();
        measured[way].push({ seconds: (performance.now() - started) / 1000 });
      }
    }
  });
  return measured;
}

async function fill(file: string): Promise<void> {
  const handle = await open(file, "w");
  try {
    for (let written = 0; written < BYTES; written += PART) await handle.write(randomBytes(PART));
  } finally {
    await handle.close();
  }
}

/** The S3 server is in the lab's network, and Debian is not. */
async function reenter(): Promise<never> {
  await rclone();
  const [file, ...args] = inLab([process.execPath, "--import", "tsx", __filename]) as [string, ...string[]];
  const { status } = spawnSync(file, args, { stdio: "inherit", env: { ...labEnv(), RESTORABLE_LAB: "1" } });
  process.exit(status ?? 1);
}

(process.env.RESTORABLE_LAB ? main() : reenter()).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  },
);
