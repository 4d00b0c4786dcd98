import { join } from "node:path";
import { type EnvelopeSigner, keySigner } from "../../model/dsse";
import { type DrillJob, SECRET_FOLDERS } from "../../model/job-config";
import { EXIT, messageOf, ReportedError } from "../../runtime/errors";
import { readSecret } from "../../runtime/secret-files";

const KEY = "private.pem";

/** What signs: the key in the mounted Secret, or one that never leaves its KMS. */
export async function openSigner(signing: NonNullable<DrillJob["signing"]>): Promise<EnvelopeSigner> {
  if (signing.kind === "kms") {
    const { kmsSigner } = await import("./kms-signer");
    return kmsSigner(signing);
  }
  const secret = await readSecret(SECRET_FOLDERS.signing, [KEY]);
  try {
    return keySigner(secret[KEY]);
  } catch (error) {
    throw new ReportedError(
      `${join(SECRET_FOLDERS.signing, KEY)} cannot sign evidence: ${messageOf(error)}; it must be an Ed25519 key in PKCS #8 PEM`,
      EXIT.badInput,
    );
  }
}
