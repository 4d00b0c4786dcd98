import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { outcome, said } from "./outcome";
import { broken, kept, type Probe } from "./probe";

/** One upload is completed and read back, another given up: then it must take no more parts. */
export const multipart: Probe = async (site) => {
  const { client, bucket } = site.key("writer");
  const Bucket = bucket.bucket;
  const begin = async (name: string) => {
    const Key = site.folder + name;
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ Bucket, Key, ...(await site.shortLock()) }),
    );
    const part = (body: string) =>
      client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: body }));
    return { Key, UploadId, part };
  };

  const whole = await begin("parts");
  site.note(whole.Key);
  const { ETag } = await whole.part("in parts");
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  const { Key, UploadId } = whole;
  const completed = await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }));
  site.note(Key, completed.VersionId);
  if ((await site.read("parts")) !== "in parts")
    return broken("an object uploaded in parts was read back with other bytes", "do not use this server for backups");

  const given = await begin("given-up");
  await given.part("never");
  await client.send(new AbortMultipartUploadCommand({ Bucket, Key: given.Key, UploadId: given.UploadId }));
  const late = await outcome(given.part("late"));
  if (late.kind === "done" || (await site.exists("given-up")))
    return broken("an upload that was given up goes on", "have a lifecycle rule end incomplete uploads");
  return kept(`an upload in parts was read back; one that was given up takes no more parts (${said(late)})`);
};
