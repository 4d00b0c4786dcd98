import { createCipheriv, createDecipheriv, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A stand-in for AWS KMS: no real one can be reached by these tests. It speaks the calls that the agent makes, in the
 * protocol of the AWS SDK (JSON 1.1), wraps with AES-256-GCM, and holds the encryption context to be part of what was
 * wrapped, as KMS does. Signatures, key policies and quotas are not looked at: answers about those are `refuse`d on demand.
 */
export const KEY_ARN = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

interface Request {
  KeyId?: string;
  NumberOfBytes?: number;
  CiphertextBlob?: string;
  EncryptionContext?: Record<string, string>;
  Message?: string;
  MessageType?: string;
  SigningAlgorithm?: string;
}

export class KmsStandIn {
  /** What was asked: the call's name and its body. */
  readonly requests: { call: string; body: Request }[] = [];
  /** An error's name, answered instead of an answer. */
  refuse: string | undefined;
  /** Of the data keys. */
  bytes = 32;
  endpoint = "";
  /** What it says that its signing key is. */
  keySpec = "ECC_NIST_P256";
  private readonly pair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  private readonly master = randomBytes(32);
  private readonly server: Server;

  private constructor() {
    this.server = createServer(async (request, response) => {
      const { status, answer } = this.answer(String(request.headers["x-amz-target"]), await bodyOf(request));
      response.writeHead(status, { "Content-Type": "application/x-amz-json-1.1" }).end(JSON.stringify(answer));
    });
  }

  static async start(): Promise<KmsStandIn> {
    const standIn = new KmsStandIn();
    await new Promise<void>((resolve) => standIn.server.listen(0, "127.0.0.1", resolve));
    standIn.endpoint = `http://127.0.0.1:${(standIn.server.address() as AddressInfo).port}`;
    return standIn;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  /** Of a digest, as a KMS does: node:crypto has no call that takes one, so what it is of is remembered by tests. */
  message: Buffer | undefined;
  private signed({ MessageType, SigningAlgorithm }: Request): string {
    if (MessageType !== "DIGEST" || SigningAlgorithm !== "ECDSA_SHA_256" || !this.message) return "";
    return base64(sign("sha256", this.message, this.pair.privateKey));
  }

  private answer(target: string, body: Request): { status: number; answer: object } {
    this.requests.push({ call: target.replace("TrentService.", ""), body });
    const failed = (name: string) => ({ status: 400, answer: { __type: name, message: "a reason" } });
    if (this.refuse) return failed(this.refuse);
    if (body.KeyId !== KEY_ARN && body.KeyId !== "alias/backups") return failed("NotFoundException");
    if (target === "TrentService.GetPublicKey") {
      const der = this.pair.publicKey.export({ type: "spki", format: "der" });
      return {
        status: 200,
        answer: { KeyId: KEY_ARN, PublicKey: base64(der), KeySpec: this.keySpec, KeyUsage: "SIGN_VERIFY" },
      };
    }
    if (target === "TrentService.Sign")
      return { status: 200, answer: { KeyId: KEY_ARN, Signature: this.signed(body) } };
    const context = Buffer.from(JSON.stringify(Object.entries(body.EncryptionContext ?? {}).sort()));
    if (target === "TrentService.GenerateDataKey") {
      const key = randomBytes(this.bytes);
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", this.master, nonce).setAAD(context);
      const wrapped = Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
      return { status: 200, answer: { KeyId: KEY_ARN, Plaintext: base64(key), CiphertextBlob: base64(wrapped) } };
    }
    const blob = Buffer.from(body.CiphertextBlob ?? "", "base64");
    try {
      const cipher = createDecipheriv("aes-256-gcm", this.master, blob.subarray(0, 12)).setAAD(context);
      cipher.setAuthTag(blob.subarray(-16));
      const key = Buffer.concat([cipher.update(blob.subarray(12, -16)), cipher.final()]);
      return { status: 200, answer: { KeyId: KEY_ARN, Plaintext: base64(key) } };
    } catch {
      return failed("InvalidCiphertextException");
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<Request> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return JSON.parse(text) as Request;
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64");
}
