import { GetBucketLifecycleConfigurationCommand, type LifecycleRule } from "@aws-sdk/client-s3";
import { outcome, said } from "./outcome";
import { broken, type Finding, kept, type Probe, unknown } from "./probe";
import { listed } from "./rights";

const NOT_TRIED = "(read from the configuration: rules count in days and cannot be tried in seconds)";

export const lifecycle: Probe = async (site) => {
  const { client, bucket } = site.key("writer");
  const answer = await outcome(client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket.bucket })));
  if (answer.kind === "denied")
    return unknown("the writer's key may not read the lifecycle rules", "allow s3:GetLifecycleConfiguration");
  if (answer.kind === "refused" && answer.status !== 501) return unknown(`the server answers ${said(answer)}`);
  if (answer.kind === "refused")
    return broken(
      `the server has no lifecycle rules: ${said(answer)}`,
      "remove old versions by other means, or they stay",
    );
  return rulesFinding(answer.kind === "done" ? (answer.value.Rules ?? []) : [], `${site.prefix}backups/`);
};

/** What the rules that cover all of `folder` do. */
export function rulesFinding(rules: readonly LifecycleRule[], folder: string): Finding {
  const covering = rules.filter((rule) => rule.Status === "Enabled" && covers(rule, folder));
  const versions = covering.find(({ NoncurrentVersionExpiration: e }) => e?.NoncurrentDays !== undefined);
  const uploads = covering.find(({ AbortIncompleteMultipartUpload: a }) => a?.DaysAfterInitiation !== undefined);
  const found = [
    ...(versions ? [`old versions end after ${versions.NoncurrentVersionExpiration?.NoncurrentDays} days`] : []),
    ...(uploads ? [`cut-off uploads after ${uploads.AbortIncompleteMultipartUpload?.DaysAfterInitiation} days`] : []),
  ];
  const missing = [...(versions ? [] : ["old versions"]), ...(uploads ? [] : ["uploads that were cut off"])];
  if (missing.length === 0) return kept(`${listed(found)} ${NOT_TRIED}`);
  return broken(
    `no rule ends ${listed(missing)} below ${folder}${found.length > 0 ? `; ${listed(found)}` : ""} ${NOT_TRIED}`,
    "set NoncurrentVersionExpiration, longer than backups are kept, and AbortIncompleteMultipartUpload",
  );
}

function covers({ Filter, Prefix }: LifecycleRule, folder: string): boolean {
  if (Filter?.Tag || Filter?.And?.Tags?.length || Filter?.ObjectSizeGreaterThan || Filter?.ObjectSizeLessThan)
    return false;
  return folder.startsWith(Filter?.And?.Prefix ?? Filter?.Prefix ?? Prefix ?? "");
}
