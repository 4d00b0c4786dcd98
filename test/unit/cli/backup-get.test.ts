import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { call, Folder } from "./support";

const ID = "20261121T010000Z-0001";
const PLAIN = { database: "database in plain", roles: "CREATE ROLE shop;", facts: "{}" };

describe("restorable backup get", () => {
  let folder: Folder;
  let to: string;
  const get = (...args: string[]) => call(["backup", "get", ID, "--to", to, "--path", folder.path, ...args]);
  beforeEach(async () => {
    folder = await Folder.make();
    to = join(`${folder.path}-files`, "restore");
    mkdirSync(`${folder.path}-files`);
    folder.backup(ID);
  });
  afterEach(() => folder.remove());

  it("fetches every object, and says how to restore it by hand", async () => {
    const { code, out } = await get();
    assert.equal(code, 0);
    assert.deepEqual(readdirSync(to).sort(), ["database.dump", "facts.json", "manifest.json", "roles.sql"]);
    assert.equal(readFileSync(join(to, "database.dump"), "utf8"), "dump of the data");
    assert.equal(
      out,
      [
        `${ID} is in ${to}: 35 B, every file as its manifest says`,
        "",
        "To restore it by hand, on a new server of PostgreSQL 17 (it was 17.6) whose superuser is postgres:",
        `  psql -X -d postgres -f ${to}/roles.sql`,
        "    one error is expected: the superuser exists already; passwords are not in a backup",
        `  pg_restore --create --exit-on-error --jobs=4 --dbname=postgres ${to}/database.dump`,
        "    pg_restore of 17.6 or newer; it makes the database shop with its owner and grants",
        "  vacuumdb --analyze-in-stages --dbname=shop",
        "A restore runs the functions of who could write to the database or the storage: do it where no secrets are.",
      ].join("\n"),
    );
  });

  it("prints JSON of a documented shape", async () => {
    const { out } = await get("--json");
    assert.deepEqual(JSON.parse(out), {
      version: 1,
      backup: ID,
      folder: to,
      files: {
        database: join(to, "database.dump"),
        roles: join(to, "roles.sql"),
        facts: join(to, "facts.json"),
        manifest: join(to, "manifest.json"),
      },
      encrypted: false,
    });
  });

  it("gives a roles.sql that was written anew, from which psql takes no command, with another key each time", async () => {
    const keys = new Set<string>();
    for (const folderName of [to, `${to}-2`]) {
      await call(["backup", "get", ID, "--to", folderName, "--path", folder.path]);
      const script = readFileSync(join(folderName, "roles.sql"), "utf8");
      const [, key, statements, end] = /^\\restrict (\w{64})\n(.*)\\unrestrict (\w{64})\n$/s.exec(script) ?? [];
      assert.match(statements ?? "", /^SET .*;\nCREATE ROLE "shop";\n$/s);
      assert.equal(end, key);
      keys.add(key ?? "");
    }
    assert.equal(keys.size, 2);
  });

  it("hands nobody a script of roles that says more than roles: it has another name, and the reason is told", async () => {
    const manifest = folder.backup(ID);
    const stored = "CREATE ROLE shop;\n\\! touch owned\n";
    const sha256 = createHash("sha256").update(stored).digest("hex");
    manifest.artifacts.roles = { ...manifest.artifacts.roles, bytes: stored.length, sha256 };
    folder.write(manifest.artifacts.roles.key, stored);
    folder.write(`backups/app/orders/shop/${ID}/manifest.json`, JSON.stringify(manifest));
    const { code, out } = await get();
    assert.equal(code, 1);
    assert.deepEqual(readdirSync(to).sort(), ["database.dump", "facts.json", "manifest.json", "roles.sql.refused"]);
    assert.ok(out.includes(`do not run ${to}/roles.sql.refused: line 2: "\\!" is a command for psql`), out);
    assert.doesNotMatch(out, /psql -X/);
    to = `${to}-json`;
    assert.match(JSON.parse((await get("--json")).out).rolesRefused, /^line 2: /);
  });

  it("quotes for the shell what a manifest names, and shows it in one line", async () => {
    const database = "shop'; touch owned; '=x";
    const target = { namespace: "app", cluster: "orders", database };
    folder.backup(ID, { target });
    const { out } = await call([...["backup", "get", ID, "--to", to, "--path", folder.path], "--database", database]);
    const command = out.split("\n").find((line) => line.includes("vacuumdb")) ?? assert.fail(out);
    const said = execFileSync("sh", ["-c", command.replace("vacuumdb", "printf '%s\\n'")], { cwd: folder.path });
    assert.equal(said.toString(), `--analyze-in-stages\n--dbname=dbname='shop\\'; touch owned; \\'=x'\n`);
    assert.equal(existsSync(join(folder.path, "owned")), false);
  });

  it("overwrites nothing", async () => {
    mkdirSync(to);
    folder.file("restore/precious", "x");
    const { code, err } = await get();
    assert.equal(code, 2);
    assert.match(err, /which has something in it: nothing is overwritten/);
    assert.deepEqual(readdirSync(to), ["precious"]);
  });

  it("does not fetch what a newer version wrote, and says what would", async () => {
    folder.write(`backups/app/orders/shop/${ID}/manifest.json`, '{"version": 3}');
    const { code, err } = await get();
    assert.equal(code, 1);
    assert.match(err, /cannot be read by this version: .*is of version 3; .*use a newer one/);
    assert.equal(existsSync(to), false);
  });

  it("leaves nothing behind of a backup that is not what its manifest says", async () => {
    folder.write(`backups/app/orders/shop/${ID}/database.dump`, "dump of the dota");
    const { code, err } = await get();
    assert.equal(code, 1);
    assert.match(err, /database\.dump in .* is not what its manifest says .*nothing was kept/);
    assert.equal(existsSync(to), false);
    assert.deepEqual(readdirSync(`${folder.path}-files`), []);
  });

  it("refuses a backup that is not finished", async () => {
    folder.write("backups/app/orders/shop/20261121T030000Z-0003/database.dump", "half");
    const { code, err } = await call([
      ...["backup", "get", "20261121T030000Z-0003", "--to", to, "--path", folder.path],
    ]);
    assert.equal(code, 1);
    assert.match(err, /20261121T030000Z-0003 is unfinished: it has no manifest/);
  });

  describe("of an encrypted backup", () => {
    let identity: string;
    beforeEach(async () => {
      identity = await generateX25519Identity();
      const recipient = await identityToRecipient(identity);
      const manifest = folder.backup(ID);
      for (const name of ["database", "roles", "facts"] as const) {
        const encrypter = new Encrypter();
        encrypter.addRecipient(recipient);
        const sealed = Buffer.from(await encrypter.encrypt(PLAIN[name]));
        const artifact = manifest.artifacts[name];
        artifact.key += ".age";
        artifact.bytes = sealed.length;
        artifact.sha256 = createHash("sha256").update(sealed).digest("hex");
        folder.write(artifact.key, sealed as unknown as string);
      }
      manifest.restorePath = { ...manifest.restorePath, backup: { ...manifest.restorePath.backup, encryption: "age" } };
      manifest.encryption = { scheme: "age", recipients: [recipient] };
      folder.write(`backups/app/orders/shop/${ID}/manifest.json`, JSON.stringify(manifest));
    });

    it("fetches it as it is, and says that it is encrypted", async () => {
      const { code, out, err } = await get();
      assert.equal(code, 0, err);
      assert.match(
        out,
        /It is encrypted\. Fetch it with --identity, which also checks roles\.sql; or decrypt each file/,
      );
      assert.match(out, /printf '\\\\restrict %s\\n' "\$key"; grep -v '\^\\\\' roles\.sql; .* \| psql -X -d postgres/);
      assert.ok(existsSync(join(to, "database.dump.age")));
    });

    it("decrypts it with an identity", async () => {
      const { code, err } = await get("--identity", folder.file("identity.txt", `${identity}\n`));
      assert.equal(code, 0, err);
      assert.deepEqual(readdirSync(to).sort(), ["database.dump", "facts.json", "manifest.json", "roles.sql"]);
      assert.equal(readFileSync(join(to, "database.dump"), "utf8"), "database in plain");
    });

    it("keeps nothing when the identity does not open it, and never says the identity", async () => {
      const other = await generateX25519Identity();
      const { code, err } = await get("--identity", folder.file("identity.txt", `${other}\n`));
      assert.equal(code, 1);
      assert.match(err, /cannot be decrypted: none of the 1 identity given opens it/);
      assert.ok(!err.includes("AGE-SECRET-KEY"));
      assert.equal(existsSync(to), false);
    });

    it("asks no KMS that the storage names: the key is given, and the manifest is compared with it", async () => {
      const manifest = folder.backup(ID);
      const keyId = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
      const place = { scheme: "kms" as const, keyId, region: "eu-central-1", endpoint: "http://127.0.0.1:9" };
      manifest.restorePath = { ...manifest.restorePath, backup: { ...manifest.restorePath.backup, encryption: "kms" } };
      manifest.encryption = { ...place, wrappedKey: "dw==" };
      for (const name of ["database", "roles", "facts"] as const) {
        const content = readFileSync(join(folder.path, manifest.artifacts[name].key), "utf8");
        manifest.artifacts[name].key += ".age";
        folder.write(manifest.artifacts[name].key, content);
      }
      folder.write(`backups/app/orders/shop/${ID}/manifest.json`, JSON.stringify(manifest));
      const undeclared = await get("--decrypt");
      assert.equal(undeclared.code, 2);
      assert.match(
        undeclared.err,
        /encrypted with a KMS: give --kms-key with the key's ARN, as your own declaration names/,
      );
      const other = await get("--decrypt", "--kms-key", keyId);
      assert.equal(other.code, 1);
      assert.match(other.err, /encrypted at http:\/\/127\.0\.0\.1:9, and AWS's own endpoint is declared/);
      assert.match((await get("--decrypt", "--kms-key", "alias/backups")).err, /no ARN, .* give --kms-region, too/);
      assert.match(
        (await get("--kms-region", "eu-central-1")).err,
        /--kms-region and --kms-endpoint go with --kms-key/,
      );
      assert.equal(existsSync(to), false);
    });
  });
});
