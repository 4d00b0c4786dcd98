// A program of its own, started by s3.ts where the store can be reached: reads the access file on standard input and
// sees to the bucket, its versioning and its policy. Safe to repeat.
import { text } from "node:stream/consumers";
import {
  CreateBucketCommand,
  HeadBucketCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { S3Access } from "./s3";
import { bucketPolicy, usersOf } from "./s3-policy";

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
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
