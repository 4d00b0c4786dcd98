import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { kmsSigner } from "../../../../agent/signer/kms-signer";
import { type EnvelopeSigner, openEnvelope, signWith } from "../../../../model/dsse";
import { KEY_ARN, KmsStandIn } from "../../encryption/kms-stand-in";

describe("evidence that a KMS signs", () => {
  const before = { ...process.env };
  let kms: KmsStandIn;
  beforeEach(async () => {
    kms = await KmsStandIn.start();
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" });
  });
  afterEach(async () => {
    process.env = { ...before };
    await kms.stop();
  });

  const open = () => kmsSigner({ kind: "kms", keyId: KEY_ARN, region: "eu-central-1", endpoint: kms.endpoint });

  /** Lets the stand-in know what the digest is of that it will be given. */
  const heard = (signer: EnvelopeSigner): EnvelopeSigner => ({
    ...signer,
    sign: (encoded) => {
      kms.message = encoded;
      return signer.sign(encoded);
    },
  });

  it("is verified by the key's public half, and by no other", async () => {
    const signer = heard(await open());
    const envelope = await signWith({ passed: true }, signer);
    assert.ok(openEnvelope(JSON.stringify(envelope), [signer.publicKey]).ok);
    const { body } = kms.requests.at(-1) ?? {};
    assert.equal(
      body?.Message,
      createHash("sha256")
        .update(kms.message ?? "")
        .digest("base64"),
    );
    const other = await KmsStandIn.start();
    try {
      const stranger = await kmsSigner({ kind: "kms", keyId: KEY_ARN, region: "r", endpoint: other.endpoint });
      assert.equal(openEnvelope(JSON.stringify(envelope), [stranger.publicKey]).ok, false);
    } finally {
      await other.stop();
    }
  });

  it("is never signed by a key of another kind, which the gate would not verify", async () => {
    kms.keySpec = "RSA_2048";
    await assert.rejects(
      open(),
      /is a key of RSA_2048 for SIGN_VERIFY, and evidence is signed by a key of ECC_NIST_P256/,
    );
  });

  it("says which rights it lacks when the KMS refuses", async () => {
    kms.refuse = "AccessDeniedException";
    await assert.rejects(open(), /did not give its public key: .*needs kms:GetPublicKey and kms:Sign/);
  });
});
