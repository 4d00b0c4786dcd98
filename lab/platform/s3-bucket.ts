// A program of its own, started by s3.ts where the store can be reached: reads the access file on standard input and
// sees to the bucket, its versioning and its policy, and that the store knows its users. Safe to repeat.
import { text } from "node:stream/consumers";
import {
  CreateBucketCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { messageOf } from "../errors";
import { until } from "../run";
import type { S3Access } from "./s3";
import { bucketPolicy, s3Users, usersOf } from "./s3-policy";

/** What says that the store does not know a key, or not its secret. Any other answer is one about rights. */
const UNKNOWN = ["SignatureDoesNotMatch", "InvalidAccessKeyId", "XAdminUserNotFound"];

async function main(): Promise<void> {
  const access = JSON.parse(await text(process.stdin)) as S3Access;
  const { bucket: Bucket, endpoint, region, root } = access;
  const client = new S3Client({ endpoint, region, credentials: root, forcePathStyle: true, maxAttempts: 5 });
  const exists = await client.send(new HeadBucketCommand({ Bucket })).then(
    () => true,
    (error: { name?: string }) => {
      if (error.name === "NotFound" || error.name === "NoSuchBucket") return false;
      throw error;
    },
  );
  if (!exists) await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
  const keys = usersOf((user) => access[user].accessKeyId);
  await client.send(new PutBucketPolicyCommand({ Bucket, Policy: bucketPolicy(Bucket, keys) }));

  // versitygw keeps users for two minutes as it once saw them: one that was told its secret again may be refused so long.
  for (const user of s3Users) {
    const asUser = new S3Client({ endpoint, region, credentials: access[user], forcePathStyle: true, maxAttempts: 5 });
    await until(`the store to know the key of ${user}`, () => isKnown(asUser, Bucket), { timeoutMs: 180_000 });
  }
}

async function isKnown(client: S3Client, Bucket: string): Promise<true | string> {
  try {
    await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }));
    return true;
  } catch (error) {
    return UNKNOWN.includes((error as Error).name) ? messageOf(error) : true;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
