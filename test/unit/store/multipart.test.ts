import assert from "node:assert/strict";
import type { S3Client } from "@aws-sdk/client-s3";
import { uploadStream } from "../../../store/multipart";
import { MAX_PARTS, memoryProblem, planParts } from "../../../store/part-size";

const MIB = 1024 * 1024;
const TB = 1e12;

/** A client that keeps no bytes: it counts parts as S3 does, and refuses what S3 refuses. */
class CountingClient {
  readonly parts: { number: number; bytes: number }[] = [];
  completed: number[] | undefined;

  constructor(private readonly smallest: number) {}

  async send(command: { constructor: { name: string }; input: Record<string, unknown> }): Promise<object> {
    const { input } = command;
    switch (command.constructor.name) {
      case "CreateMultipartUploadCommand":
        return { UploadId: "1" };
      case "UploadPartCommand": {
        const number = input.PartNumber as number;
        if (number > MAX_PARTS) throw Object.assign(new Error("part number too high"), { name: "InvalidArgument" });
        this.parts.push({ number, bytes: (input.Body as Buffer).length });
        return { ETag: `"${number}"` };
      }
      case "CompleteMultipartUploadCommand": {
        const { Parts } = input.MultipartUpload as { Parts: { PartNumber: number }[] };
        const small = this.parts.filter(({ number, bytes }) => number < Parts.length && bytes < this.smallest);
        if (small.length > 0) throw Object.assign(new Error("part too small"), { name: "EntityTooSmall" });
        this.completed = Parts.map(({ PartNumber }) => PartNumber);
        return {};
      }
      default:
        return {};
    }
  }
}

describe("an upload in parts", () => {
  /** The same arithmetic at a billionth of the size: 10 kB for 10 TB, so that all parts can be sent here. */
  const SCALE = 1e9;

  async function* bytes(total: number) {
    for (let sent = 0; sent < total; sent += 700) yield Buffer.alloc(Math.min(700, total - sent));
  }
  const upload = async (client: CountingClient, partSize: number, total: number) => {
    const s3 = client as unknown as S3Client;
    const target = { client: s3, patient: s3, Bucket: "b", Key: "k", signal: undefined };
    await uploadStream(target, bytes(total), { partSize, parallel: 4 });
  };

  it("takes 10 TB, and half as much again, within S3's 10,000 parts", async () => {
    for (const total of [10 * TB, 15 * TB]) {
      const { partSize } = planParts(10 * TB);
      const client = new CountingClient((5 * MIB) / SCALE);
      // 150 bytes a part instead of 1.5 GB.
      await upload(client, Math.ceil((partSize / SCALE) * 100), (total / SCALE) * 100);
      assert.ok((client.completed?.length ?? 0) <= MAX_PARTS);
      assert.equal(
        client.parts.reduce((sum, part) => sum + part.bytes, 0),
        (total / SCALE) * 100,
      );
    }
  });

  it("fills the very last part that S3 allows, and puts the parts in order", async () => {
    const client = new CountingClient(10);
    await upload(client, 10, MAX_PARTS * 10);
    assert.deepEqual(
      client.completed,
      Array.from({ length: MAX_PARTS }, (_, index) => index + 1),
    );
  });

  it("fails when there are more, rather than store a part of it", async () => {
    const client = new CountingClient(10);
    await assert.rejects(upload(client, 10, MAX_PARTS * 10 + 1), /part number too high/);
    assert.equal(client.completed, undefined);
  });
});

describe("the memory that an upload needs", () => {
  it("fits the agent's default limit of 300 MiB for databases of up to 400 GB", () => {
    for (const bytes of [0, 1e9, 1e11, 4e11]) assert.equal(memoryProblem(planParts(bytes), 300 * MIB), undefined);
  });

  it("is said before anything is sent, where 10 TB would not fit", () => {
    assert.equal(
      memoryProblem(planParts(10 * TB), 300 * MIB),
      "an object of this size is sent in parts of 1431 MiB, since S3 takes at most 10000 parts, and 2 of them are held in memory; " +
        "that needs 3022 MiB, and the container's limit is 300 MiB: raise the backup's memory to 3022 MiB",
    );
    assert.equal(memoryProblem(planParts(10 * TB), 3022 * MIB), undefined);
  });

  it("is no question where there is no limit", () =>
    assert.equal(memoryProblem(planParts(10 * TB), undefined), undefined));
});
