import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type CopyOptions, type CopyPlace, copyBackups } from "../../../catalog/copy";
import { layout, MANIFEST } from "../../../model/layout";
import { ARTIFACT_NAMES, artifactKey, type Manifest } from "../../../model/manifest";
import { OWNER_FILE } from "../../../model/storage-identity";
import { ReportedError } from "../../../runtime/errors";
import { MARKER } from "../../../store/folder-marker";
import { FolderStore } from "../../../store/folder-store";
import type { Store } from "../../../store/store";
import { manifest as example } from "../agent/jobs";
import { OWNER } from "./memory-store";

const { target } = example;
const NOW = new Date("2026-11-21T12:00:00Z");
const [FIRST, SECOND, THIRD] = ["20261119T020000Z-0001", "20261120T020000Z-0001", "20261121T020000Z-0001"] as const;

/** `store` with some of its operations replaced. */
const faulty = (store: Store, changes: Partial<Store>): Store =>
  new Proxy(store, {
    get: (real, name) => {
      const value = Reflect.get(changes, name) ?? Reflect.get(real, name);
      return typeof value === "function" ? value.bind(name in changes ? changes : real) : value;
    },
  });

describe("copying backups", () => {
  let folder: string;
  let from: CopyPlace;
  let to: CopyPlace;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "copy-"));
    const place = async (name: string, prefix: string) => {
      const root = await mkdtemp(join(folder, name));
      await writeFile(join(root, MARKER), JSON.stringify({ version: 1, id: name }));
      return { store: await FolderStore.open(root), prefix, root };
    };
    [from, to] = await Promise.all([place("first-", "shop/"), place("other-", "")]);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const fileOf = (place: CopyPlace, key: string) => join((place as CopyPlace & { root: string }).root, key);
  const keyOf = (place: CopyPlace, id: string, name: string) => layout.backup(place.prefix, target, id) + name;

  /** Stores a backup of random bytes, with a manifest that is written as no program would write it. */
  async function backUp(place: CopyPlace, id: string, change: Partial<Manifest> = {}): Promise<string> {
    const artifacts = structuredClone(example.artifacts);
    const day = `${id.slice(0, 4)}-${id.slice(4, 6)}-${id.slice(6, 8)}`;
    const manifest = { ...example, id, completedAt: `${day}T02:05:00.000Z`, artifacts, ...change };
    for (const name of ARTIFACT_NAMES) {
      const body = randomBytes(name === "database" ? 300_000 : 300);
      const sha256 = createHash("sha256").update(body).digest("hex");
      artifacts[name] = { ...artifacts[name], bytes: body.length, sha256 };
      await place.store.upload(artifactKey(place.prefix, manifest, name), Readable.from([body]), body.length);
    }
    const text = `${JSON.stringify(manifest, null, 3)}\n\n`;
    await place.store.putText(keyOf(place, id, MANIFEST), text);
    return text;
  }

  const copy = (options: CopyOptions = {}, sides = { from, to }) =>
    copyBackups(sides.from, sides.to, target, OWNER, { now: NOW, ...options });
  const keysAt = async (place: CopyPlace, prefix: string) => {
    const keys: string[] = [];
    for await (const page of place.store.list(prefix)) keys.push(...page.map(({ key }) => key));
    return keys.filter((key) => !key.endsWith(OWNER_FILE));
  };
  const idsAt = async (place: CopyPlace) => {
    const keys = await keysAt(place, layout.backups(place.prefix, target));
    return keys.flatMap((key) => (key.endsWith(MANIFEST) ? (key.split("/").at(-2) ?? "") : [])).sort();
  };
  const failure = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(
      () => assert.fail("it was copied"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof ReportedError, String(error));
    return error.message;
  };

  it("brings every object and the manifest, byte for byte, to another prefix", async () => {
    const text = await backUp(from, FIRST);
    const { copied, present, left } = await copy();
    assert.deepEqual([copied.map(({ id }) => id), present, left], [[FIRST], [], []]);
    assert.equal(copied[0]?.bytes, 300_600);
    assert.equal(await to.store.readText(keyOf(to, FIRST, MANIFEST)), text);
    for (const name of ["database.dump", "roles.sql", "facts.json"])
      assert.deepEqual(
        await readFile(fileOf(to, keyOf(to, FIRST, name))),
        await readFile(fileOf(from, keyOf(from, FIRST, name))),
      );
  });

  it("takes the newest first, and leaves what is there already", async () => {
    for (const id of [FIRST, SECOND, THIRD]) await backUp(from, id);
    const order: string[] = [];
    await copy({ onCopied: ({ id }) => order.push(id) });
    assert.deepEqual(order, [THIRD, SECOND, FIRST]);
    const before = await stat(fileOf(to, keyOf(to, THIRD, "database.dump")));
    const again = await copy();
    assert.deepEqual([again.copied, again.present], [[], [THIRD, SECOND, FIRST]]);
    assert.equal((await stat(fileOf(to, keyOf(to, THIRD, "database.dump")))).mtimeMs, before.mtimeMs);
  });

  it("copies another database's backups never, and evidence never", async () => {
    await backUp(from, FIRST);
    const other = { ...target, database: `${target.database}_audit` };
    await from.store.putText(`${layout.backup(from.prefix, other, SECOND)}manifest.json`, "{}");
    await from.store.putText(`${layout.evidence(from.prefix, target, FIRST)}x.dsse.json`, "{}");
    await copy();
    assert.deepEqual(
      await keysAt(to, ""),
      ["database.dump", "facts.json", "manifest.json", "roles.sql"].map((name) => keyOf(to, FIRST, name)),
    );
  });

  it("leaves what is too old or too much, but the newest is copied whatever its age", async () => {
    for (const id of [FIRST, SECOND, THIRD]) await backUp(from, id);
    assert.deepEqual((await copy({ maxAgeSeconds: 40 * 3600 })).left, [FIRST]);
    assert.deepEqual(await idsAt(to), [SECOND, THIRD]);
    const years = new Date("2030-01-01T00:00:00Z");
    const { present, left } = await copy({ maxAgeSeconds: 3600, now: years });
    assert.deepEqual([present, left], [[THIRD], [SECOND, FIRST]]);
    assert.deepEqual((await copy({ newest: 1 })).left, [SECOND, FIRST]);
  });

  it("refuses a backup that was changed at the same length, names the source, and nothing of it appears", async () => {
    for (const id of [FIRST, SECOND]) await backUp(from, id);
    const file = fileOf(from, keyOf(from, SECOND, "database.dump"));
    const body = await readFile(file);
    body[150_000] = (body[150_000] ?? 0) ^ 1;
    await writeFile(file, body);
    const message = await failure(copy());
    assert.match(
      message,
      /^1 backup could not be copied \(1 is there\):\n {2}- the source is not what its manifest says/,
    );
    assert.match(
      message,
      /shop\/backups\/.*database\.dump in the volume at .*first-.* has the digest [0-9a-f]{16}…, not/,
    );
    assert.deepEqual(await keysAt(to, layout.backup("", target, SECOND)), []);
    assert.deepEqual(await idsAt(to), [FIRST], "the others are copied");
  });

  it("refuses a backup that was cut off, as the listing shows or as only reading shows", async () => {
    await backUp(from, FIRST);
    await truncate(fileOf(from, keyOf(from, FIRST, "database.dump")), 1000);
    assert.match(
      await failure(copy()),
      /the source: the backup .* is damaged: .* has 1000 bytes, its manifest says 300000/,
    );
    await rm(fileOf(from, keyOf(from, FIRST, MANIFEST)));
    await backUp(from, SECOND);
    const short = faulty(from.store, { read: async () => Readable.from([Buffer.alloc(2)]) });
    const sides = { from: { ...from, store: short }, to };
    assert.match(await failure(copy({}, sides)), /the source is not .* has 2 bytes, not 300000: it was cut off/);
    const long = faulty(from.store, { read: async () => Readable.from([Buffer.alloc(300_001)]) });
    assert.match(await failure(copy({}, { from: { ...from, store: long }, to })), /is longer than 300000 bytes/);
    assert.deepEqual(await idsAt(to), []);
  });

  it("does not mind a source that was damaged after it was copied", async () => {
    await backUp(from, FIRST);
    await copy();
    await truncate(fileOf(from, keyOf(from, FIRST, "database.dump")), 1000);
    assert.deepEqual((await copy()).present, [FIRST]);
  });

  it("copies again what was interrupted, and a finished one whose object has gone", async () => {
    await backUp(from, FIRST);
    const full = faulty(to.store, {
      putText: async () => {
        throw new ReportedError("the volume is full");
      },
    });
    const message = await failure(copy({}, { from, to: { ...to, store: full } }));
    assert.equal(message, "the destination: the volume is full");
    assert.deepEqual(await idsAt(to), []);
    assert.deepEqual(
      (await copy()).copied.map(({ id }) => id),
      [FIRST],
    );
    await rm(fileOf(to, keyOf(to, FIRST, "roles.sql")));
    assert.deepEqual(
      (await copy()).copied.map(({ id }) => id),
      [FIRST],
    );
    assert.deepEqual((await copy()).present, [FIRST]);
  });

  it("never overwrites another backup under the same id", async () => {
    await backUp(from, FIRST);
    const theirs = await backUp(to, FIRST);
    const message = await failure(copy());
    assert.match(
      message,
      /the destination has another backup under the id .*: its manifest in the volume at .*other-.* differs/,
    );
    assert.equal(await to.store.readText(keyOf(to, FIRST, MANIFEST)), theirs);
  });

  it("notices another manifest that appears while it copies", async () => {
    await backUp(from, FIRST);
    const key = keyOf(to, FIRST, MANIFEST);
    const read = to.store.readTextIfThere.bind(to.store);
    const late = faulty(to.store, { readTextIfThere: async (asked) => (asked === key ? "{}" : read(asked)) });
    assert.match(await failure(copy({}, { from, to: { ...to, store: late } })), /has another backup under the id/);
    assert.deepEqual(await idsAt(to), []);
  });

  it("removes what the destination stored otherwise than it was sent, manifest or object", async () => {
    await backUp(from, FIRST);
    const real = to.store;
    const lying = faulty(real, {
      upload: async (key, body, expected) => ({ ...(await real.upload(key, body, expected)), sha256: "0".repeat(64) }),
    });
    assert.match(
      await failure(copy({}, { from, to: { ...to, store: lying } })),
      /the destination stored 300000 bytes with another digest/,
    );
    assert.deepEqual(await keysAt(to, layout.backup("", target, FIRST)), []);
    const garbling = faulty(real, { putText: (key, text) => real.putText(key, text.slice(0, -1)) });
    assert.match(
      await failure(copy({}, { from, to: { ...to, store: garbling } })),
      /manifest\.json .* is not what was stored there a moment ago/,
    );
    assert.deepEqual(await idsAt(to), []);
  });

  it("names what is pruned while it is copied, and goes on: that is no failure", async () => {
    for (const id of [FIRST, SECOND]) await backUp(from, id);
    const pruned = keyOf(from, SECOND, "");
    const read = async (key: string) => {
      // As pruning does: the manifest first, then the rest.
      if (key.startsWith(pruned)) {
        await from.store.remove(pruned + MANIFEST);
        await from.store.remove(
          ...ARTIFACT_NAMES.map((name) => artifactKey(from.prefix, { ...example, id: SECOND }, name)),
        );
      }
      return reading(key);
    };
    const reading = from.store.read.bind(from.store);
    const { copied, gone } = await copy({}, { from: { ...from, store: faulty(from.store, { read }) }, to });
    assert.deepEqual(gone, [SECOND]);
    assert.deepEqual(
      copied.map(({ id }) => id),
      [FIRST],
    );
    assert.deepEqual(await idsAt(to), [FIRST]);
  });

  it("does not call a backup of a newer version damaged, and does not copy it", async () => {
    await backUp(from, FIRST);
    await from.store.putText(keyOf(from, SECOND, MANIFEST), '{"version": 3}');
    const said = await failure(copy());
    assert.match(
      said,
      /the backup 20261120T020000Z-0001 cannot be read by this version: .*is of version 3; .*use a newer one/,
    );
    assert.doesNotMatch(said, /damaged/);
    assert.deepEqual(await idsAt(to), [FIRST]);
  });

  it("can be done twice at once", async () => {
    for (const id of [FIRST, SECOND, THIRD]) await backUp(from, id);
    await Promise.all([copy(), copy()]);
    assert.deepEqual(await idsAt(to), [FIRST, SECOND, THIRD]);
    assert.deepEqual((await copy()).present, [THIRD, SECOND, FIRST]);
  });

  it("gives up at once when a storage is away, and names the side", async () => {
    for (const id of [FIRST, SECOND]) await backUp(from, id);
    let tried = 0;
    const refusing = async () => {
      tried++;
      throw new ReportedError("cannot fetch it: the connection was refused");
    };
    const away = (store: Store, changes: Partial<Store>) => ({ prefix: "", store: faulty(store, changes) });
    const source = { ...away(from.store, { read: refusing }), prefix: from.prefix };
    assert.equal(
      await failure(copy({}, { from: source, to })),
      "the source: cannot fetch it: the connection was refused",
    );
    assert.equal(tried, 1);
    const destination = away(to.store, { upload: refusing });
    assert.match(await failure(copy({}, { from, to: destination })), /^the destination: cannot fetch it/);
    const unlisted = away(to.store, { list: refusing as never });
    await assert.rejects(copy({}, { from, to: unlisted }));
    const breaking = async () =>
      Readable.from(
        (async function* () {
          yield Buffer.alloc(10);
          throw new Error("socket hang up");
        })(),
      );
    const broken = { store: faulty(from.store, { read: breaking }), prefix: from.prefix };
    assert.match(
      await failure(copy({}, { from: broken, to })),
      /^the source: cannot read all of .*database\.dump .*: socket hang up/,
    );
  });

  it("stops between two objects when it is told to", async () => {
    for (const id of [FIRST, SECOND]) await backUp(from, id);
    const stop = new AbortController();
    await assert.rejects(
      copy({ signal: stop.signal, onCopied: () => stop.abort(new Error("stopped by SIGTERM")) }),
      /SIGTERM/,
    );
    assert.deepEqual(await idsAt(to), [SECOND]);
  });

  it("refuses to copy a place onto itself", async () => {
    assert.match(await failure(copy({}, { from, to: from })), /source and destination are the same, the volume at/);
  });

  it("tells how far it is", async () => {
    await backUp(from, FIRST);
    const seen: number[] = [];
    await copy({ onProgress: ({ bytes, of }) => seen.push(bytes / of) });
    assert.ok(seen.length >= 3 && seen.every((part, at) => part > (seen[at - 1] ?? 0)), String(seen));
    assert.equal(seen.at(-1), 1);
  });
});
