import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { generateX25519Identity } from "age-encryption";
import { openerFor } from "../../../encryption/decrypt";
import { encrypted } from "../../../encryption/encrypt";
import { type Identity, recipientOf } from "../../../encryption/identities";
import { CountedSource, chunks, collect } from "./bodies";

const owner = { target: { namespace: "app", cluster: "orders", database: "shop" }, id: "20261121T020000Z-0001" };
const plaintext = randomBytes(200_000);

async function keyPair(): Promise<Identity> {
  const secret = await generateX25519Identity();
  return { secret, recipient: await recipientOf(secret) };
}

const openerOf = (identities: Identity[], named: Identity[]) =>
  openerFor({ scheme: "age", recipients: named.map(({ recipient }) => recipient) }, owner, {
    readIdentities: async () => identities,
  });

async function open(file: AsyncIterable<Buffer>, identities: Identity[], named = identities) {
  const { key, plaintext } = await (await openerOf(identities, named)).open(file, "database.dump.age");
  return { key, content: await collect(plaintext) };
}

/** The message with which it is refused: none may show a secret. */
async function refused(file: AsyncIterable<Buffer>, identities: Identity[], named = identities): Promise<string> {
  const error = await open(file, identities, named).then(
    () => assert.fail("it was opened"),
    (error: Error) => error,
  );
  assert.doesNotMatch(error.message, /SECRET/);
  for (const { secret } of identities) assert.ok(!error.message.includes(secret.slice(20)));
  return error.message;
}

describe("what was encrypted", () => {
  let old: Identity;
  let current: Identity;
  let stranger: Identity;
  let file: Buffer;

  before(async () => {
    [old, current, stranger] = [await keyPair(), await keyPair(), await keyPair()];
    file = await collect(encrypted(chunks(plaintext), [old.recipient, current.recipient]));
  });

  it("opens with any of its keys, and says which", async () => {
    for (const identity of [old, current]) {
      const { key, content } = await open(chunks(file), [stranger, identity], [old, current]);
      assert.equal(key, `the recovery key ${identity.recipient}`);
      assert.ok(content.equals(plaintext));
    }
  });

  it("opens in chunks of any size", async () => {
    const bytes = [...file.subarray(0, 600)].map((byte) => Buffer.from([byte]));
    const { content } = await open(chunks(...bytes, file.subarray(600)), [old]);
    assert.ok(content.equals(plaintext));
  });

  it("needs the old identity after a rotation: the identity file keeps both lines", async () => {
    const before = await collect(encrypted(chunks("before"), [old.recipient]));
    const after = await collect(encrypted(chunks("after"), [current.recipient]));
    const both = [current, old];
    assert.equal((await open(chunks(before), both, [old])).content.toString(), "before");
    assert.equal((await open(chunks(after), both, [current])).content.toString(), "after");
    assert.match(await refused(chunks(before), [current], [old]), /none of the 1 identity given opens it/);
  });

  it("does not open with another key, and says whose it is, by public keys alone", async () => {
    assert.equal(
      await refused(chunks(file), [stranger], [old, current]),
      `database.dump.age cannot be decrypted: none of the 1 identity given opens it (${stranger.recipient}); ` +
        `the manifest names 2 recipients: ${old.recipient}, ${current.recipient}; ` +
        "add the identity of one of them to the identity file",
    );
  });

  it("is refused as replaced when it does not open with a key that the manifest names", async () => {
    const replaced = await collect(encrypted(chunks("forged"), [stranger.recipient]));
    assert.match(
      await refused(chunks(replaced), [old], [old]),
      /identity of age1\w+, which the manifest names: it was cha/,
    );
  });

  it("is refused when it was cut off: in its header, in a chunk, between chunks, or to nothing", async () => {
    const header = file.indexOf("\n", file.indexOf("\n--- ") + 1) + 1;
    const firstChunkEnd = header + 16 + 65_536 + 16;
    for (const length of [header + 5, header + 16, header + 100, firstChunkEnd, firstChunkEnd + 1, file.length - 1]) {
      const message = await refused(chunks(file.subarray(0, length)), [old]);
      assert.match(message, /database\.dump\.age cannot be decrypted: it was cut off, or its content was changed/);
    }
    for (const length of [0, 10, header - 1])
      assert.match(await refused(chunks(file.subarray(0, length)), [old]), /cut off before the end of its header/);
  });

  it("is refused when one bit of it was changed, wherever it stands", async () => {
    for (let at = 0; at < file.length; at += at < 700 ? 13 : 33_331) {
      const changed = Buffer.from(file);
      changed[at] = (changed[at] as number) ^ 1;
      assert.match(await refused(chunks(changed), [old]), /cannot be decrypted: /, `byte ${at}`);
    }
  });

  it("is refused when something was put behind it", async () => {
    assert.match(await refused(chunks(file, "more"), [old]), /its content was changed/);
  });

  it("is refused when it was never encrypted", async () => {
    assert.match(
      await refused(chunks("PGDMP and so on"), [old]),
      /it is no age file: it was stored without encryption/,
    );
  });

  it("is refused when its header has no end", async () => {
    async function* endless() {
      yield Buffer.from("age-encryption.org/v1\n");
      for (;;) yield Buffer.alloc(10_000, "a");
    }
    assert.match(await refused(endless(), [old]), /its header has no end/);
  });

  it("fails with its source's own error, which tells nothing of the content", async () => {
    const failure = new Error("connection reset");
    async function* torn() {
      yield file.subarray(0, 100_000);
      throw failure;
    }
    await assert.rejects(open(torn(), [old]), (error) => error === failure);
  });

  it("is read only as fast as the plaintext is, and no further when that is not wanted", async () => {
    const large = encrypted(new CountedSource(1000, 65_536), [old.recipient]);
    let taken = 0;
    let ended = false;
    async function* counted() {
      try {
        for await (const chunk of large) {
          taken++;
          yield chunk;
        }
      } finally {
        ended = true;
      }
    }
    const opened = await (await openerOf([old], [old])).open(counted(), "x");
    for (let i = 0; i < 5; i++) await opened.plaintext.next();
    await sleep(50);
    assert.ok(taken < 20, `${taken} chunks were taken for 5`);
    await opened.plaintext.return(undefined);
    await sleep(50); // it is told a moment later
    assert.equal(ended, true);
  });

  it("is let go of when no key opens it", async () => {
    const source = new CountedSource(3, 65_536);
    async function* wrapped() {
      yield file;
      yield* source;
    }
    const body = wrapped();
    await refused(body, [stranger], [old]);
    assert.deepEqual(await body.next(), { done: true, value: undefined });
  });
});
