import { outcome, said } from "./outcome";
import { broken, kept, type Probe, unknown } from "./probe";

/** An object is overwritten and deleted, then both of its versions are read back. */
export const versioning: Probe = async (site) => {
  const first = await site.put("versions", "first");
  const second = await site.put("versions", "second");
  await site.delete("versions");
  if (!isVersion(first) || !isVersion(second) || first === second)
    return broken(
      "what is overwritten or deleted is gone: the bucket keeps no versions",
      "turn the bucket's versioning on",
    );
  for (const [version, text] of [
    [first, "first"],
    [second, "second"],
  ] as const) {
    const answer = await outcome(site.read("versions", { VersionId: version }));
    if (answer.kind === "denied")
      return unknown(
        "the server numbers versions, but the writer's key may not read them back",
        "give the writer s3:GetObjectVersion below backups/, so that it can be tried",
      );
    if (answer.kind !== "done")
      return broken(`an old version cannot be read back: ${said(answer)}`, "look at the server's versioning");
    if (answer.value !== text)
      return broken("an old version was read back, but with other bytes", "do not use this server for backups");
  }
  return kept("an overwritten and a deleted version were read back");
};

/** Where versioning is off or suspended S3 gives none, or "null". */
export function isVersion(version: string | undefined): version is string {
  return version !== undefined && version !== "" && version !== "null";
}
