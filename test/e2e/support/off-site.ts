import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CreateBucketCommand, HeadBucketCommand, PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { kubectl } from "../../../scripts/loop/kubectl";
import { Store } from "./store";
import type { World } from "./world";

const BUCKET = "off-site";
const USERS = ["off-site-writer", "off-site-reader"] as const;
type User = (typeof USERS)[number];
export type OffSiteKeys = Record<User, { accessKeyId: string; secretAccessKey: string }>;

/** A second bucket on the lab's server, with users of its own: what a copy is for is that its keys are others. */
export interface OffSite {
  bucket: string;
  keys: OffSiteKeys;
  /** With the root key. */
  store: Store;
}

export async function openOffSite(world: World): Promise<OffSite> {
  const keys = keptKeys(join(world.folder, "off-site-keys.json"));
  const { root, region } = world.s3;
  for (const user of USERS) {
    const admin = ["--access", root.accessKeyId, "--secret", root.secretAccessKey, "--region", region];
    const command = (verb: string, ...more: string[]) =>
      kubectl([
        ...["-n", "storage", "exec", "deployment/s3", "-c", "versitygw", "--", "/versitygw", "admin", ...admin],
        ...["--endpoint-url", "http://127.0.0.1:7070", verb, "--access", user, "--secret", keys[user].secretAccessKey],
        ...more,
      ]);
    await command("create-user", "--role", "user").catch(() => command("update-user"));
  }
  const first = await world.store();
  const store = new Store({ ...first.access, bucket: BUCKET });
  const { client } = store;
  await client
    .send(new HeadBucketCommand({ Bucket: BUCKET }))
    .catch(() => client.send(new CreateBucketCommand({ Bucket: BUCKET })));
  await client.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: policy() }));
  return { bucket: BUCKET, keys, store };
}

/** The writer may not delete: what a run stored, a later one cannot take away. */
function policy(): string {
  const allow = (user: User, actions: string[], resource: string) => ({
    Effect: "Allow",
    Principal: { AWS: [user] },
    Action: actions.map((action) => `s3:${action}`),
    Resource: [resource],
  });
  const [all, objects] = [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`];
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      allow("off-site-writer", ["PutObject", "AbortMultipartUpload", "ListMultipartUploadParts", "GetObject"], objects),
      allow("off-site-writer", ["ListBucket", "GetBucketLocation"], all),
      allow("off-site-reader", ["GetObject"], objects),
      allow("off-site-reader", ["ListBucket", "GetBucketLocation"], all),
    ],
  });
}

function keptKeys(file: string): OffSiteKeys {
  if (!existsSync(file)) {
    const key = (user: User) => ({ accessKeyId: user, secretAccessKey: randomBytes(24).toString("base64url") });
    const keys = Object.fromEntries(USERS.map((user) => [user, key(user)]));
    writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, "utf8")) as OffSiteKeys;
}
