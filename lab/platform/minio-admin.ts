import { createCipheriv, createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { LabError } from "../errors";
import type { S3Credentials } from "./s3";

/** MinIO's administration, as far as tests need it: users with policies of their own. */
export class MinioAdmin {
  constructor(
    private readonly endpoint: string,
    private readonly root: S3Credentials,
  ) {}

  /** Makes the user, or renews it, and gives it `policy` and no other. */
  async setUser({ accessKeyId, secretAccessKey }: S3Credentials, policy: string): Promise<void> {
    const user = encrypted(
      this.root.secretAccessKey,
      JSON.stringify({ secretKey: secretAccessKey, status: "enabled" }),
    );
    await this.put("add-user", { accessKey: accessKeyId }, user);
    await this.put("add-canned-policy", { name: accessKeyId }, Buffer.from(policy));
    await this.put("set-user-or-group-policy", {
      isGroup: "false",
      policyName: accessKeyId,
      userOrGroup: accessKeyId,
    });
  }

  private async put(action: string, parameters: Record<string, string>, body: Buffer = Buffer.alloc(0)): Promise<void> {
    const url = new URL(`/minio/admin/v3/${action}`, this.endpoint);
    for (const name of Object.keys(parameters).sort()) url.searchParams.set(name, parameters[name] ?? "");
    const answer = await fetch(url, {
      method: "PUT",
      body: new Uint8Array(body),
      headers: signed(url, body, this.root),
    });
    if (!answer.ok)
      throw new LabError(`MinIO refuses ${action}`, {
        where: url.origin,
        why: `${answer.status}: ${await answer.text()}`,
        todo: "see its log: kubectl -n storage-minio logs --all-containers --selector app",
      });
  }
}

const sha256 = (data: Buffer | string) => createHash("sha256").update(data).digest("hex");
const hmac = (key: Buffer | string, text: string) => createHmac("sha256", key).update(text).digest();

/** The headers of a PUT, signed with AWS Signature Version 4. */
function signed(url: URL, body: Buffer, { accessKeyId, secretAccessKey }: S3Credentials): Record<string, string> {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const headers = { host: url.host, "x-amz-content-sha256": sha256(body), "x-amz-date": time };
  const names = Object.keys(headers).join(";");
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const query = url.search.slice(1);
  const request = ["PUT", url.pathname, query, lines.join(""), names, headers["x-amz-content-sha256"]].join("\n");
  const key = scope.split("/").reduce<Buffer | string>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  const signature = createHmac("sha256", key)
    .update(["AWS4-HMAC-SHA256", time, scope, sha256(request)].join("\n"))
    .digest("hex");
  const { host: _, ...sent } = headers;
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/**
 * `text` as MinIO wants secrets sent: salt, kind (2: PBKDF2 and AES-256-GCM), nonce, and one sealed fragment, whose
 * associated data is the tag of the empty fragment before it, marked as the last (github.com/secure-io/sio-go).
 */
export function encrypted(password: string, text: string): Buffer {
  const [salt, nonce] = [randomBytes(32), randomBytes(8)];
  const key = pbkdf2Sync(password, salt, 8192, 32, "sha256");
  const seal = (sequence: number, data: string, associated: Buffer) => {
    const counter = Buffer.alloc(4);
    counter.writeUInt32LE(sequence);
    const cipher = createCipheriv("aes-256-gcm", key, Buffer.concat([nonce, counter])).setAAD(associated);
    return Buffer.concat([cipher.update(data, "utf8"), cipher.final(), cipher.getAuthTag()]);
  };
  const last = Buffer.concat([Buffer.from([0x80]), seal(0, "", Buffer.alloc(0))]);
  return Buffer.concat([salt, Buffer.from([2]), nonce, seal(1, text, last)]);
}
