import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readStorage } from "../../../evidence/read-storage";
import { storageSource } from "../../../evidence/storage-source";
import { restorePathProven } from "../../../policies/rules/restore-path-proven";
import { HOUR } from "../../policy/support/evidence";
import { FakeBucket, type Faults } from "../catalog/fake-bucket";
import { drill, FAILED, GATE, inChain, testimony, unproven } from "../policies/drills";
import { gatedWithEvidence, violations } from "../policies/stack";

const ORDERS = "shop/evidence/app/orders/orders";
const key = (drillId: string, folder = "20261121T020000Z-9f3a", database = ORDERS) =>
  `${database}/${folder}/${drillId}.dsse.json`;
const id = (number: number) => `20261121T${String(number).padStart(6, "0")}Z-1234`;

describe("the evidence in a bucket", () => {
  let bucket: FakeBucket;
  const before: Record<string, string | undefined> = {};
  const VARIABLES = { AWS_ACCESS_KEY_ID: "reader", AWS_SECRET_ACCESS_KEY: "secret", AWS_EC2_METADATA_DISABLED: "true" };

  async function start(faults: Faults = {}, objects: Record<string, string> = {}) {
    bucket = await new FakeBucket(faults).start();
    for (const [name, text] of Object.entries(objects))
      bucket.objects.set(name, [{ id: "1", body: Buffer.from(text), headers: {} }]);
    return `s3://backups/shop?region=us-east-1&endpoint=${bucket.access("reader").endpoint}`;
  }
  beforeEach(() => {
    for (const [name, value] of Object.entries(VARIABLES)) {
      before[name] = process.env[name];
      process.env[name] = value;
    }
  });
  afterEach(async () => {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    await bucket.stop();
  });

  it("is read of ended and begun drills, each record with its key, and of nothing else", async () => {
    const source = await start(
      {},
      {
        [key(id(1))]: "ended",
        [key(id(2), "begun")]: "begun",
        [key(id(3), "no-backup")]: "without a backup",
        "shop/evidence/app/orders/orders/restorable-owner.json": "{}",
        "shop/backups/app/orders/orders/20261121T020000Z-9f3a/manifest.json": "{}",
      },
    );
    const records = await readStorage(source);
    assert.deepEqual(records.map(({ envelope }) => envelope).sort(), ["begun", "ended", "without a backup"]);
    assert.equal(records[0]?.source, `s3://backups/shop (${key(id(3), "no-backup")})`);
  });

  it("is the newest of each database, by the drills' ids and not by their backups'", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 80 }, (_, n) => [key(id(n), `20261121T0${99_999 - n}Z-9f3a`), `${n}`]),
    );
    const other = key(id(0), undefined, "shop/evidence/app/billing/billing");
    const records = await readStorage(await start({}, { ...many, [other]: "billing" }));
    assert.equal(records.length, 61);
    const read = new Set(records.map(({ envelope }) => envelope));
    assert.ok(read.has("79") && read.has("20") && !read.has("19") && read.has("billing"));
  });

  it("is that of the databases that are named, and no other", async () => {
    const other = key(id(1), undefined, "shop/evidence/app/orders/orders_audit");
    const source = await start({}, { [key(id(1))]: "orders", [other]: "audit" });
    const records = await readStorage(`${source}&database=app/orders/orders`);
    assert.deepEqual(
      records.map(({ envelope }) => envelope),
      ["orders"],
    );
  });

  it("is an error when it cannot be read: what was not read may be the failure", async () => {
    const source = await start({ broken: { method: "GET", status: 403 } }, { [key(id(1))]: "x" });
    await assert.rejects(readStorage(source));
  });

  it("shows the failure that was withheld: an older pass put back into the ConfigMap does not count", async () => {
    const [pass = "", failure = ""] = inChain(
      testimony("production", {}, 3 * HOUR),
      testimony("production", FAILED, HOUR),
    );
    const source = await start({}, { [key(id(1))]: pass, [key(id(2))]: failure });
    const shown = drill({ ...unproven(), evidence: [{ source: "ConfigMap app-drill/orders", envelope: pass }] });
    const judged = (evidence: string[]) =>
      gatedWithEvidence({ ...GATE, evidence }, () => violations(restorePathProven, [shown]));
    // Without the bucket nobody can tell, which is why the gate reads it.
    assert.deepEqual(await judged([]), []);
    const [violation] = await judged([source]);
    assert.match(violation?.message ?? "", /s3:\/\/backups\/shop \(.*\): the drill of .* failed: role app is missing/);
  });
});

describe("the evidence in a folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "restorable-evidence-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("is read as in a bucket", async () => {
    assert.deepEqual(await readStorage(`folder:${folder}`), []);
    const file = join(folder, "evidence/app/orders/orders/begun", `${id(1)}.dsse.json`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "begun");
    const records = await readStorage(`folder:${folder}?database=app/orders/orders`);
    assert.deepEqual(
      records.map(({ envelope }) => envelope),
      ["begun"],
    );
  });

  it("is an error when the folder is not there: a volume that is not mounted has no failures", async () => {
    await assert.rejects(readStorage(`folder:${folder}/missing`), /ENOENT/);
  });

  it("is an error when a file is larger than evidence can be", async () => {
    const large = join(folder, "evidence/app/orders/orders/begun", `${id(2)}.dsse.json`);
    writeFileSync(large, "x".repeat(1024 * 1024 + 1));
    await assert.rejects(readStorage(`folder:${folder}`), /evidence has at most 1048576/);
    rmSync(large);
  });
});

describe("a storage as a source of evidence", () => {
  it("is written as a URL, with region, endpoint and databases", () => {
    assert.deepEqual(
      storageSource("s3://orders/eu?region=eu-central-1&database=app/orders/Or.ders&database=a/b/c%20d"),
      {
        name: "s3://orders/eu",
        bucket: "orders",
        prefix: "eu/",
        region: "eu-central-1",
        databases: ["app/orders/Or.ders", "a/b/c%20d"],
      },
    );
    assert.deepEqual(storageSource("s3://orders").databases, []);
  });

  const malformed = [
    "s3://",
    "s3://Orders",
    "s3://orders?regoin=x",
    "s3://orders?endpoint=ftp://x",
    "s3://orders?endpoint=https://user:secret@host",
    "s3://orders?database=orders",
    "s3://orders?database=../x/y",
    "folder:relative",
  ];
  for (const source of malformed)
    it(`is not ${source}, and says how to write it`, () => {
      assert.throws(() => storageSource(source), /write s3:\/\/bucket\/prefix\?region=…&endpoint=https:\/\/…/);
    });

  it("is a problem of the gate, and never a pass, when it is malformed", async () => {
    const said = await gatedWithEvidence({ ...GATE, evidence: ["s3://orders?regoin=x"] }, () =>
      violations(restorePathProven, [drill(unproven())]),
    );
    assert.match(said[0]?.message ?? "", /s3:\/\/orders could not be read: it has no setting "regoin"/);
  });
});
