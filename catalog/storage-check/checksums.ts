import { createHash } from "node:crypto";
import { HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { type Outcome, outcome, said } from "./outcome";
import { broken, kept, type Probe } from "./probe";
import { listed } from "./rights";
import { md5, type Site, sha256 } from "./site";

/** The two digests by which uploads and manifests are guarded on their way: that of the signature, and Content-MD5. */
export const checksums: Probe = async (site) => {
  const answers: Record<string, Outcome<unknown>> = {
    "x-amz-content-sha256": await outcome(putWithPayloadDigest(site, "changed-payload")),
    "Content-MD5": await outcome(site.put("changed-md5", "changed", { ContentMD5: md5("as it was") })),
  };
  const stored = await Promise.all([site.exists("changed-payload"), site.exists("changed-md5")]);
  const ignored = Object.keys(answers).filter((digest, i) => answers[digest]?.kind === "done" || stored[i]);
  return ignored.length > 0
    ? broken(`bodies that do not fit ${listed(ignored)} are stored`, "do not use this server for backups")
    : kept(
        listed(
          Object.entries(answers).map(
            ([digest, answer]) => `a body that does not fit ${digest} is refused (${said(answer)})`,
          ),
        ),
      );
};

/** A put whose signed digest is one of another body, as if a byte had changed on the way. */
async function putWithPayloadDigest(site: Site, name: string) {
  const { client, bucket } = site.key("writer");
  const Key = site.folder + name;
  site.note(Key);
  const lock = await site.shortLock();
  const body = { Body: "changed", ContentMD5: md5("changed") };
  const command = new PutObjectCommand({ Bucket: bucket.bucket, Key, ...body, ...lock });
  const digest = createHash("sha256").update("as it was").digest("hex");
  command.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers["x-amz-content-sha256"] = digest;
      return next(args);
    },
    { step: "build", name: "wrongDigest" },
  );
  const { VersionId } = await client.send(command);
  site.note(Key, VersionId);
}

export const storedChecksums: Probe = async (site) => {
  const { client, bucket } = site.key("writer");
  const remedy = "rely on the digests in the backups' manifests, which drills check";
  const wrong = await outcome(site.put("wrong-sha256", "changed", { ChecksumSHA256: sha256("as it was") }));
  if (wrong.kind === "done") return broken("an object with a wrong x-amz-checksum-sha256 was stored", remedy);
  await site.put("sha256", "digested", { ChecksumSHA256: sha256("digested") });
  const head = new HeadObjectCommand({ Bucket: bucket.bucket, Key: `${site.folder}sha256`, ChecksumMode: "ENABLED" });
  const { ChecksumSHA256 } = await client.send(head);
  return ChecksumSHA256 === sha256("digested")
    ? kept(`a wrong one is refused (${said(wrong)}), a right one is given back`)
    : broken(`a wrong one is refused (${said(wrong)}), but a right one is not given back`, remedy);
};
