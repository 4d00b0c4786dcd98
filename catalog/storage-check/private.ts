import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { type Outcome, outcome, said } from "./outcome";
import { broken, kept, type Probe, unknown } from "./probe";
import { listed } from "./rights";
import { anonymous, md5 } from "./site";

/** Without any key an object is read, the bucket listed, an object written and one deleted. */
export const closed: Probe = async (site) => {
  const { bucket } = site.key("writer");
  const Bucket = bucket.bucket;
  await site.put("private", "for nobody else");
  const nobody = anonymous(bucket);
  const Key = `${site.folder}private`;
  const newKey = `${site.folder}by-anybody`;
  const read = async () => {
    const { Body } = await nobody.send(new GetObjectCommand({ Bucket, Key }));
    return Body?.transformToByteArray();
  };
  const answers: Record<string, Outcome<unknown>> = {
    read: await outcome(read()),
    list: await outcome(nobody.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }))),
    write: await outcome(
      nobody.send(new PutObjectCommand({ Bucket, Key: newKey, Body: "x", ContentMD5: md5("not this") })),
    ),
    delete: await outcome(nobody.send(new DeleteObjectCommand({ Bucket, Key }))),
  };
  if (answers.write?.kind === "done") site.note(newKey);
  const open = Object.keys(answers).filter((action) => isOpen(answers[action]));
  if (open.length > 0)
    return broken(
      `anybody may ${listed(open)} without a key`,
      "take the public access from the bucket's policy and access lists, and have everybody who could read it treated as somebody who has the data",
    );
  const unclear = Object.entries(answers).filter(([, { kind }]) => kind !== "denied");
  if (unclear.length > 0)
    return unknown(
      `without a key the server answers ${listed(unclear.map(([action, answer]) => `"${said(answer)}" to ${action}`))}, and not that it is denied`,
    );
  return kept("reading, listing, writing and deleting are denied without a key");
};

/** Who is told that a digest is wrong was let in: nothing is stored, and the answer is plain. */
function isOpen(answer: Outcome<unknown> | undefined): boolean {
  return answer?.kind === "done" || (answer?.kind === "refused" && /Digest/.test(answer.code));
}
