import { createHash, randomBytes } from "node:crypto";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { outcome, said } from "./outcome";
import { broken, kept, type Probe, unknown } from "./probe";

/** Asked for, and reported for what was stored. More cannot be seen from outside. */
export const encryptionAtRest: Probe = async (site) => {
  const { client, bucket } = site.key("writer");
  const reported = async (name: string) => {
    const { ServerSideEncryption } = await client.send(
      new HeadObjectCommand({ Bucket: bucket.bucket, Key: site.folder + name }),
    );
    return ServerSideEncryption;
  };
  const remedy = "have backups encrypted before they are sent (age), or give the server a KMS";
  await site.put("plain", "as it comes");
  const byDefault = await reported("plain");
  if (byDefault) return kept(`everything is stored with ${byDefault}, unasked, as the server reports`);
  const asked = await outcome(site.put("encrypted", "encrypted", { ServerSideEncryption: "AES256" }));
  if (asked.kind !== "done") return broken(`the server refuses to encrypt: ${said(asked)}`, remedy);
  const encryption = await reported("encrypted");
  return encryption
    ? kept(`${encryption} when asked for, as the server reports; not unasked, which is how backups are stored`)
    : broken("the server takes the header and ignores it: nothing is reported as encrypted", remedy);
};

/** The key is thrown away, and so worthless, whatever it travels over. */
export const customerKeys: Probe = async (site) => {
  const key = randomBytes(32);
  const customer = {
    SSECustomerAlgorithm: "AES256",
    SSECustomerKey: key.toString("base64"),
    SSECustomerKeyMD5: createHash("md5").update(key).digest("base64"),
  };
  const stored = await outcome(site.put("customer-key", "for one key", customer));
  if (stored.kind !== "done") {
    const plain = site.key("writer").bucket.endpoint?.startsWith("http:") === true;
    const answer = `the server refuses a customer's key: ${said(stored)}`;
    return plain
      ? unknown(`${answer}; over http it must`, "use https")
      : broken(answer, "have backups encrypted before they are sent (age)");
  }
  const without = await outcome(site.read("customer-key"));
  if (without.kind === "done")
    return broken(
      "an object stored with a customer's key was read without it: the server ignores the key",
      "have backups encrypted before they are sent (age)",
    );
  const text = await site.read("customer-key", customer);
  return text === "for one key"
    ? kept(`without the key it is refused (${said(without)}), with it the object was read back`)
    : broken("with the key other bytes were read back", "do not use customers' keys on this server");
};
