import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { dsse } from "@sigstore/core";
import fc from "fast-check";
import { keyId, openEnvelope, PAYLOAD_TYPE, signStatement } from "../../../model/dsse";
import { newKeys } from "../../policy/support/evidence";

const keys = newKeys();
const statement = { _type: "test", value: "ä€𝄞", list: [1, 2.5, null] };
const envelope = signStatement(statement, keys.privateKey);

describe("a DSSE envelope", () => {
  it("opens with the key that signed it, and gives the statement and the key's id", () => {
    const opened = openEnvelope(JSON.stringify(envelope), [newKeys().publicKey, keys.publicKey]);
    assert.deepEqual(opened, { ok: true, statement, keyId: keyId(createPublicKey(keys.publicKey)) });
    assert.equal(envelope.signatures[0]?.keyid, keyId(createPublicKey(keys.publicKey)));
  });

  it("signs the pre-authentication encoding of the specification", () => {
    // github.com/secure-systems-lab/dsse/blob/master/protocol.md: "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body
    const body = Buffer.from(envelope.payload, "base64");
    const encoded = `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${body.length} `;
    const { verify } = require("node:crypto") as typeof import("node:crypto");
    const sig = Buffer.from(envelope.signatures[0]?.sig ?? "", "base64");
    assert.ok(verify(null, Buffer.concat([Buffer.from(encoded), body]), keys.publicKey, sig));
  });

  it("opens when one of several signatures is trusted", () => {
    const other = signStatement(statement, newKeys().privateKey);
    const both = { ...envelope, signatures: [...other.signatures, ...envelope.signatures] };
    assert.equal(openEnvelope(JSON.stringify(both), [keys.publicKey]).ok, true);
  });

  it("does not take the key id for proof", () => {
    const other = signStatement(statement, newKeys().privateKey);
    const claimed = { ...other, signatures: [{ ...other.signatures[0], keyid: envelope.signatures[0]?.keyid }] };
    const opened = openEnvelope(JSON.stringify(claimed), [keys.publicKey]);
    assert.match(JSON.stringify(opened), /no trusted key signed it, or it was changed afterwards/);
  });

  it("does not open once any byte of payload or signature has changed", () => {
    const flipped = (base64: string, index: number, mask: number) => {
      const bytes = Buffer.from(base64, "base64");
      const at = index % bytes.length;
      bytes[at] = (bytes[at] ?? 0) ^ mask;
      return bytes.toString("base64");
    };
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), (index, mask, inPayload) => {
        const [signature] = envelope.signatures;
        const tampered = inPayload
          ? { ...envelope, payload: flipped(envelope.payload, index, mask) }
          : { ...envelope, signatures: [{ ...signature, sig: flipped(signature?.sig ?? "", index, mask) }] };
        assert.equal(openEnvelope(JSON.stringify(tampered), [keys.publicKey]).ok, false);
      }),
      { numRuns: 500 },
    );
  });

  it("does not open when what was signed is of another type: a signature is over the type as well", () => {
    const payload = Buffer.from(JSON.stringify(statement));
    const payloadType = "application/vnd.something-else+json";
    const sig = sign(null, dsse.preAuthEncoding(payloadType, payload), keys.privateKey).toString("base64");
    const other = { payloadType, payload: payload.toString("base64"), signatures: [{ sig }] };
    assert.match(JSON.stringify(openEnvelope(JSON.stringify(other), [keys.publicKey])), /its payload is/);
  });

  it("does not open with a key of another kind, though it is trusted and the signature is right", () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const payload = Buffer.from(JSON.stringify(statement));
    const sig = sign("sha256", dsse.preAuthEncoding(PAYLOAD_TYPE, payload), privateKey).toString("base64");
    const signed = { payloadType: PAYLOAD_TYPE, payload: payload.toString("base64"), signatures: [{ sig }] };
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    assert.equal(openEnvelope(JSON.stringify(signed), [pem]).ok, false);
  });

  it("never throws, whatever the text", () => {
    fc.assert(fc.property(fc.string(), (text) => assert.equal(openEnvelope(text, [keys.publicKey]).ok, false)));
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(openEnvelope(JSON.stringify(value), [keys.publicKey]).ok, false);
      }),
    );
  });

  it("says so when what was signed is not JSON, and when nobody is trusted", () => {
    assert.match(JSON.stringify(openEnvelope(JSON.stringify(envelope), [])), /trusted: none/);
  });

  it("is signed with Ed25519 and nothing else", () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    assert.throws(() => signStatement(statement, pem), {
      message: "the signing key is rsa; evidence is signed with ed25519",
    });
  });
});
