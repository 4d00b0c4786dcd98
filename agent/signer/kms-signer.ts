import { createHash, createPublicKey } from "node:crypto";
import type { KMSClient } from "@aws-sdk/client-kms";
import { type EnvelopeSigner, keyId } from "../../model/dsse";
import type { DrillJob } from "../../model/job-config";
import { EXIT, messageOf, ReportedError } from "../../runtime/errors";

type KmsSigning = Extract<NonNullable<DrillJob["signing"]>, { kind: "kms" }>;

/** The one kind of key that evidence is signed with in a KMS: its signatures are verified everywhere. */
const SPEC = "ECC_NIST_P256";

/** Signs by AWS KMS with an asymmetric key that never leaves it, under the identity of the pod. */
export async function kmsSigner({ keyId: named, region, endpoint }: KmsSigning): Promise<EnvelopeSigner> {
  const { KMSClient, GetPublicKeyCommand, SignCommand } = await import("@aws-sdk/client-kms");
  const client = new KMSClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: 5,
    // A KMS that does not answer must not keep a drill from saying that it failed.
    requestHandler: { connectionTimeout: 5000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
  const where = `the KMS key ${named} in ${region}`;
  const answer = await asked(where, "give its public key", () =>
    client.send(new GetPublicKeyCommand({ KeyId: named })),
  );
  if (answer.KeySpec !== SPEC || answer.KeyUsage !== "SIGN_VERIFY" || answer.PublicKey === undefined)
    throw new ReportedError(
      `${where} is a key of ${answer.KeySpec} for ${answer.KeyUsage}, and evidence is signed by a key of ${SPEC} for ` +
        "SIGN_VERIFY: make one, and name it in the drill's signingKey",
      EXIT.badInput,
    );
  const publicKey = createPublicKey({ key: Buffer.from(answer.PublicKey), format: "der", type: "spki" });
  return {
    keyId: keyId(publicKey),
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    async sign(encoded) {
      const Message = createHash("sha256").update(encoded).digest();
      const options = { MessageType: "DIGEST", SigningAlgorithm: "ECDSA_SHA_256" } as const;
      const { Signature } = await asked(where, "sign evidence", () =>
        client.send(new SignCommand({ KeyId: named, Message, ...options })),
      );
      if (!Signature) throw new ReportedError(`${where} gave no signature: look at its KMS, then drill again`);
      return Buffer.from(Signature);
    },
  };
}

async function asked<T>(
  where: string,
  what: string,
  call: () => ReturnType<KMSClient["send"]> | Promise<T>,
): Promise<T> {
  try {
    return (await call()) as T;
  } catch (error) {
    throw new ReportedError(
      `${where} did not ${what}: ${messageOf(error)}; the drill's role needs kms:GetPublicKey and kms:Sign on it, and its ` +
        "namespace a way to the KMS",
    );
  }
}
