import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownedStore } from "../../../catalog/owned-store";
import { ownersOf, readOwner } from "../../../catalog/ownership";
import { layout, MANIFEST } from "../../../model/layout";
import { type Owner, ownerKey, type StorageRoot } from "../../../model/storage-identity";
import { MARKER } from "../../../store/folder-marker";
import { FolderStore } from "../../../store/folder-store";
import { S3Store } from "../../../store/s3-store";
import type { Store } from "../../../store/store";
import { newKeys } from "../../policy/support/evidence";
import { manifest as example } from "../agent/jobs";
import { drillOf, storeEvidence } from "./evidence";
import { FakeBucket } from "./fake-bucket";
import { MemoryStore, OWNER } from "./memory-store";

const { target } = example;
const PRODUCTION: Owner = { environment: "production", stack: "prod" };
const PREFIX = "shop/";

/** On both kinds of storage: what one of them cannot do must not let two owners in. */
for (const kind of ["folder", "bucket"] as const)
  describe(`A database's folder in a ${kind} belongs to the first who used it`, () => {
    let store: Store;
    let end: () => Promise<void>;
    beforeEach(async () => {
      if (kind === "bucket") {
        const bucket = await new FakeBucket().start();
        store = S3Store.open(bucket.access("writer"));
        end = () => bucket.stop();
        return;
      }
      const root = await mkdtemp(join(tmpdir(), "owned-"));
      await writeFile(join(root, MARKER), JSON.stringify({ version: 1, id: "store" }));
      store = await FolderStore.open(root);
      end = () => rm(root, { recursive: true });
    });
    afterEach(() => end());

    const as = (owner: Owner, root: StorageRoot = "backups") => ownedStore(store, owner, PREFIX, target, root);
    const key = (name: string) => layout.backup(PREFIX, target, example.id) + name;
    const keep = (manifest: object) => store.putText(key(MANIFEST), JSON.stringify(manifest));

    it("and is marked with the first write", async () => {
      await as(OWNER).putText(key("roles.sql"), "x");
      const marker = JSON.parse(await store.readText(ownerKey(PREFIX, target)));
      assert.deepEqual(
        { ...marker, id: "", createdAt: "" },
        { version: 1, id: "", target: "app/orders/shop", ...OWNER, createdAt: "", adopted: [] },
      );
      const { id } = await as(OWNER).claim();
      assert.equal(id, marker.id, "a second use finds the same one");
    });

    it("and another can neither write nor remove there, by a text that says whose it is and what to do", async () => {
      await as(OWNER).putText(key("roles.sql"), "x");
      const theirs = as(PRODUCTION);
      const refused =
        /^ReportedError: shop\/backups\/app\/orders\/shop\/ in the .* belongs to the stack orders-staging of the environment staging, since 20.*, and this is the stack prod of the environment production: nothing was written and nothing removed\. Give this one another bucket or prefix; or.*`restorable storage adopt`$/;
      await assert.rejects(theirs.putText(key("roles.sql"), "y"), refused);
      await assert.rejects(theirs.putTextIfAbsent(key("other"), "y"), refused);
      await assert.rejects(theirs.upload(key("database.dump"), once("y"), 1), refused);
      await assert.rejects(theirs.remove(key("roles.sql")), refused);
      assert.equal(await theirs.readText(key("roles.sql")), "x", "reading is nobody's");
    });

    it("also when two begin at once: one of them wins, and the other is told", async () => {
      const rivals = [OWNER, PRODUCTION, { ...OWNER, stack: "third" }];
      const results = await Promise.allSettled(rivals.map((owner) => as(owner).claim()));
      const won = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      assert.equal(won.length, 1);
      const [winner] = won;
      const { environment, stack } = await as(winner as Owner).claim();
      assert.deepEqual({ environment, stack }, { environment: winner?.environment, stack: winner?.stack });
    });

    it("but what an earlier version stored, without a marker, is taken only when all of it is the writer's", async () => {
      await keep({ ...example, ...PRODUCTION });
      await assert.rejects(
        as(OWNER).putText(key("x"), "y"),
        /has no marker that says whose it is, and the backup 20261121T020000Z-0001 there is of the stack prod of the environment production, while this is the stack orders-staging/,
      );
      assert.equal(await readOwner({ store, prefix: PREFIX, target, root: "backups" }), undefined);
      await keep(example);
      await as(OWNER).putText(key("x"), "y");
    });

    it("and a marker that cannot be read is never taken for none", async () => {
      await store.putText(ownerKey(PREFIX, target), "half of a mar");
      await assert.rejects(as(OWNER).putText(key("x"), "y"), /is not what this version of Restorable writes/);
      assert.equal(await store.readText(ownerKey(PREFIX, target)), "half of a mar");
    });

    it("and nothing outside of it can be changed by its owner", async () => {
      const owned = as(OWNER);
      const other = layout.backup(PREFIX, { ...target, database: "other" }, example.id);
      await assert.rejects(owned.putText(`${other}x`, "y"), /is not below shop\/backups\/app\/orders\/shop\//);
      await assert.rejects(owned.remove(`${other}x`), /is not below/);
    });

    if (kind === "folder")
      it("and databases whose names differ in capitals alone do not share one where the volume does not tell them apart", async () => {
        await as(OWNER).claim();
        const insensitive = new Proxy(store, {
          get: (real, name) => {
            const value = Reflect.get(real, name);
            if (name !== "readTextIfThere") return typeof value === "function" ? value.bind(real) : value;
            return (asked: string) => real.readTextIfThere(asked.replace("/Shop/", "/shop/"));
          },
        });
        const owned = ownedStore(insensitive, OWNER, PREFIX, { ...target, database: "Shop" });
        await assert.rejects(
          owned.claim(),
          /is the marker of the database app\/orders\/shop, not of app\/orders\/Shop: this storage does not tell capital letters/,
        );
      });

    it("and what it stored itself can be cleaned up after a stop signal, when nothing can be read any more", async () => {
      const owned = as(OWNER);
      await owned.putText(key("x"), "y");
      const reading = store.readTextIfThere;
      store.readTextIfThere = async () => {
        throw new Error("stopped by SIGTERM");
      };
      await owned.remove(key("x"));
      store.readTextIfThere = reading;
      assert.equal(await store.readTextIfThere(key("x")), undefined);
    });
  });

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

describe("A folder of evidence", () => {
  const keys = newKeys();
  const owned = (store: MemoryStore, owner: Owner) =>
    ownedStore(store as unknown as Store, owner, "", target, "evidence");

  it("has a marker of its own, since no key writes to both", async () => {
    const store = new MemoryStore();
    await owned(store, OWNER).claim();
    assert.deepEqual([...store.objects.keys()], ["evidence/app/orders/shop/restorable-owner.json"]);
  });

  it("that an earlier version left is taken only when all drills there were the writer's", async () => {
    const store = new MemoryStore();
    storeEvidence(store, drillOf(example, "2026-11-21T03:00:00Z"), keys.privateKey);
    await assert.rejects(
      owned(store, PRODUCTION).claim(),
      /the evidence of the drill 20261121T030000Z-0001 there is of/,
    );
    await owned(store, OWNER).claim();
  });
});

describe("Whose backups are there", () => {
  it("is said by the marker or, in a storage of an earlier version, by all of its manifests", async () => {
    const store = new MemoryStore();
    const folder = { store, prefix: "", target, root: "backups" } as const;
    assert.deepEqual(await ownersOf(folder), []);
    for (const [hour, owner] of [OWNER, OWNER, PRODUCTION].entries()) {
      const id = `20261121T0${hour}0000Z-0001`;
      const text = JSON.stringify({ ...example, ...owner, id });
      store.put(layout.backup("", target, id) + MANIFEST, text.length, new Date(), text);
    }
    assert.deepEqual(await ownersOf(folder), [OWNER, PRODUCTION]);
  });
});
