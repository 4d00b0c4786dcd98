import assert from "node:assert/strict";
import { generateX25519Identity } from "age-encryption";
import { parseIdentities, readIdentities, recipientOf } from "../../../encryption/identities";

const FILE = "identity.txt";

/** The message with which `text` is refused; nothing of `secret` may stand in it. */
async function refused(text: string, secret = ""): Promise<string> {
  const error = await parseIdentities(text, FILE).then(
    () => assert.fail("it was accepted"),
    (error: Error & { exitCode: number }) => error,
  );
  assert.equal(error.exitCode, 2);
  for (let at = 20; at + 8 < secret.length; at++) assert.ok(!error.message.includes(secret.slice(at, at + 8)));
  return error.message;
}

describe("an identity file", () => {
  it("holds identities, one a line, with comments and empty lines between them", async () => {
    const [old, current] = [await generateX25519Identity(), await generateX25519Identity()];
    const text = `# created: 2026-11-21\n# public key: age1…\n${old}\n\n  ${current}\r\n`;
    assert.deepEqual(await parseIdentities(text, FILE), [
      { secret: old, recipient: await recipientOf(old) },
      { secret: current, recipient: await recipientOf(current) },
    ]);
  });

  it("is refused when it is missing or holds nothing", async () => {
    await assert.rejects(readIdentities("/nowhere/identity.txt"), {
      message:
        "the identity file /nowhere/identity.txt is missing; give the identities of keys that the backups are encrypted for",
      exitCode: 2,
    });
    assert.match(await refused("# a comment\n"), /holds no identity, only comments or nothing at all/);
  });

  it("is refused with its line's number, and nothing of the line, when an identity is cut off or mistyped", async () => {
    const secret = await generateX25519Identity();
    assert.match(
      await refused(`# mine\n${secret.slice(0, -5)}`, secret),
      /in line 2 an identity that was cut off or mis/,
    );
    const mistyped = `${secret.slice(0, 30)}${secret[30] === "Q" ? "P" : "Q"}${secret.slice(31)}`;
    assert.match(await refused(mistyped, secret), /in line 1 an identity that was mistyped: its checksum is wrong/);
  });

  it("is refused when it holds a public key, a plugin's or a post-quantum identity, or anything else", async () => {
    const recipient = await recipientOf(await generateX25519Identity());
    assert.match(await refused(recipient), /line 1 a recipient, the public half of a key, which opens nothing/);
    assert.match(await refused("AGE-PLUGIN-YUBIKEY-1QQPQY"), /the identity of a plugin/);
    assert.match(await refused(`AGE-SECRET-KEY-PQ-1${"Q".repeat(58)}`), /a post-quantum identity/);
    assert.match(await refused("hunter2-hunter2-hunter2", "hunter2-hunter2-hunter2"), /line 1 what is no age identity/);
  });

  it("is refused when it is itself encrypted by a passphrase", async () => {
    assert.match(await refused("age-encryption.org/v1\n-> scrypt x 18\n"), /decrypt it first with age --decrypt/);
    assert.match(await refused("-----BEGIN AGE ENCRYPTED FILE-----\n"), /decrypt it first/);
  });
});
