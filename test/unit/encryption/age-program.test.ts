import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openerFor } from "../../../encryption/decrypt";
import { encrypted } from "../../../encryption/encrypt";
import { parseIdentities } from "../../../encryption/identities";
import { messageOf } from "../../../runtime/errors";
import { ageProgram } from "../../e2e/support/age";
import { chunks, collect } from "./bodies";

/** Backups must open without this program, in years: with the implementation that everybody has. */
describe("Debian's age", () => {
  const plaintext = randomBytes(300_000);
  let folder: string;
  let age: string;
  let keygen: string;

  before(async function () {
    folder = mkdtempSync(join(tmpdir(), "age-"));
    try {
      [age, keygen] = [await ageProgram("age"), await ageProgram("age-keygen")];
    } catch (error) {
      console.log(`    Debian's age is not here and could not be fetched: ${messageOf(error)}`);
      this.skip();
    }
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The file that age-keygen writes, and what we read in it. */
  async function newKey(name: string) {
    const file = join(folder, name);
    const said = execFileSync(keygen, ["-o", file], { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
    const [identity] = await parseIdentities(readFileSync(file, "utf8"), file);
    assert.ok(identity && said !== undefined);
    assert.equal(execFileSync(keygen, ["-y", file], { encoding: "utf8" }).trim(), identity.recipient);
    return { file, identity };
  }

  it("opens what we made, with either of two keys that it made itself", async () => {
    const [old, current] = [await newKey("old.txt"), await newKey("current.txt")];
    const { recipient } = old.identity;
    const file = join(folder, "database.dump.age");
    writeFileSync(file, await collect(encrypted(chunks(plaintext), [recipient, current.identity.recipient])));
    for (const key of [old, current])
      assert.ok(execFileSync(age, ["--decrypt", "--identity", key.file, file]).equals(plaintext));
  });

  it("does not open what we made for others", async () => {
    const [own, other] = [await newKey("own.txt"), await newKey("other.txt")];
    const file = join(folder, "not-theirs.age");
    writeFileSync(file, await collect(encrypted(chunks(plaintext), [own.identity.recipient])));
    assert.throws(
      () => execFileSync(age, ["--decrypt", "--identity", other.file, file], { stdio: "pipe" }),
      /no identity matched any of the recipients/,
    );
  });

  it("makes what we open", async () => {
    const { identity } = await newKey("ours.txt");
    const recipients = [identity.recipient];
    const theirs = execFileSync(age, ["--encrypt", "--recipient", identity.recipient], { input: plaintext });
    const backup = { target: { namespace: "a", cluster: "b", database: "c" }, id: "20261121T020000Z-0001" };
    const opener = await openerFor({ scheme: "age", recipients }, backup, { readIdentities: async () => [identity] });
    const opened = await opener.open(chunks(theirs), "theirs");
    assert.ok((await collect(opened.plaintext)).equals(plaintext));
  });
});
