import { GetBucketLocationCommand } from "@aws-sdk/client-s3";
import { outcome, said } from "./outcome";
import { broken, kept, type Probe, unknown } from "./probe";

/** S3's oldest region has no name in answers, and its second one an old name. */
const OLD_NAMES: Record<string, string> = { "": "us-east-1", EU: "eu-west-1" };

export const region: Probe = async (site) => {
  const { bucket, client } = site.anyKey();
  const answer = await outcome(client.send(new GetBucketLocationCommand({ Bucket: bucket.bucket })));
  if (answer.kind !== "done") return unknown(`the server does not tell where the bucket is: ${said(answer)}`);
  const told: string = answer.value.LocationConstraint ?? "";
  const actual = OLD_NAMES[told] ?? told;
  return actual === bucket.region
    ? kept(actual)
    : broken(
        `requests are signed for ${bucket.region}, which the server accepts, but the bucket is in ${actual}`,
        `set the region to ${actual}`,
      );
};
