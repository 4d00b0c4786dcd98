import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Decrypter, generateX25519Identity } from "age-encryption";
import { beginEncryption, encrypted } from "../../../encryption/encrypt";
import { recipientOf } from "../../../encryption/identities";
import { ReportedError } from "../../../runtime/errors";
import { CountedSource, chunks, collect } from "./bodies";

const owner = { target: { namespace: "app", cluster: "orders", database: "shop" }, id: "20261121T020000Z-0001" };

async function keyPair() {
  const secret = await generateX25519Identity();
  return { secret, recipient: await recipientOf(secret) };
}

/** As the library opens it, of which we use nothing here but this. */
async function opened(file: Buffer, secret: string): Promise<Buffer> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(secret);
  return Buffer.from(await decrypter.decrypt(new Uint8Array(file)));
}

describe("what is encrypted", () => {
  it("opens with each recipient's identity, whatever its length and its chunks", async () => {
    const [old, current] = [await keyPair(), await keyPair()];
    for (const length of [0, 1, 65_535, 65_536, 65_537, 200_000]) {
      const plaintext = randomBytes(length);
      const parts = [plaintext.subarray(0, 7), plaintext.subarray(7, 70_000), plaintext.subarray(70_000)];
      const file = await collect(encrypted(chunks(...parts), [old.recipient, current.recipient]));
      for (const { secret } of [old, current]) assert.ok((await opened(file, secret)).equals(plaintext), `${length}`);
    }
  });

  it("shows nothing of what it holds", async () => {
    const { recipient } = await keyPair();
    const file = await collect(encrypted(chunks("PGDMP", "the customers' names"), [recipient]));
    assert.ok(file.subarray(0, 22).equals(Buffer.from("age-encryption.org/v1\n")));
    assert.ok(!file.includes("PGDMP") && !file.includes("customers"));
  });

  it("is read only as fast as the result is", async () => {
    const source = new CountedSource(1000, 65_536);
    const result = encrypted(source, [(await keyPair()).recipient]);
    for (let i = 0; i < 5; i++) await result.next();
    await sleep(50);
    assert.ok(source.taken < 20, `${source.taken} chunks were taken for 5`);
    await result.return(undefined);
  });

  it("fits through a small memory, however large it is", async () => {
    const source = new CountedSource(2000, 65_536);
    let bytes = 0;
    let most = 0;
    for await (const chunk of encrypted(source, [(await keyPair()).recipient])) {
      bytes += chunk.length;
      // What is in flight: taken and not yet given.
      most = Math.max(most, source.taken * 65_536 - bytes);
    }
    assert.ok(bytes > 2000 * 65_536);
    assert.ok(most < 8 * 65_536, `${most} bytes were held`);
  });

  it("ends its source when the consumer stops early: pg_dump must not run on", async () => {
    const source = new CountedSource(1000, 65_536);
    for await (const chunk of encrypted(source, [(await keyPair()).recipient])) if (chunk.length > 0) break;
    await sleep(50); // it is told a moment later
    assert.equal(source.ended, true);
  });

  it("fails with its source's own error, and never ends as if it were whole", async () => {
    const failure = new ReportedError("pg_dump was ended by signal SIGKILL");
    async function* torn() {
      yield Buffer.alloc(100_000);
      throw failure;
    }
    const { recipient } = await keyPair();
    await assert.rejects(collect(encrypted(torn(), [recipient])), (error) => error === failure);
  });

  it("names in the manifest for whom it is", async () => {
    const { recipient } = await keyPair();
    const declared = { scheme: "age" as const, recipients: [recipient] };
    assert.deepEqual((await beginEncryption(declared, owner)).manifest, declared);
  });

  it("is refused before anything is read when a recipient is mistyped", async () => {
    const { recipient } = await keyPair();
    const mistyped = recipient.slice(0, -1) + (recipient.endsWith("q") ? "p" : "q");
    await assert.rejects(beginEncryption({ scheme: "age", recipients: [mistyped] }, owner), {
      message: new RegExp(
        `cannot be used: ${mistyped} is mistyped or cut off: its checksum is wrong; give public keys`,
      ),
      exitCode: 2,
    });
  });

  it("is refused with a secret key for a recipient, which is not repeated", async () => {
    const { secret } = await keyPair();
    await assert.rejects(beginEncryption({ scheme: "age", recipients: [secret] }, owner), (error: Error) => {
      assert.match(error.message, /one of them is no age recipient/);
      assert.ok(!error.message.includes(secret.slice(16, 40)));
      return true;
    });
  });
});
