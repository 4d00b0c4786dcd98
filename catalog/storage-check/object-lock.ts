import { outcome, said } from "./outcome";
import { broken, kept, type Probe, unknown } from "./probe";
import { Rights } from "./rights";
import { governance } from "./site";
import { isVersion } from "./versioning";

/** Read from the configuration; then a version with a lock of a minute that can be lifted is deleted. */
export const objectLock: Probe = async (site) => {
  const remedy =
    "make the bucket with Object Lock and a default retention, if backups must be safe from administrators too";
  const answer = await site.lockConfiguration();
  if (answer.kind === "denied")
    return unknown(
      "the writer's key may not read how the bucket locks objects",
      "allow s3:GetBucketObjectLockConfiguration",
    );
  if (answer.kind !== "done") return broken(`the bucket has no Object Lock: ${said(answer)}`, remedy);
  const { ObjectLockEnabled, Rule } = answer.value.ObjectLockConfiguration ?? {};
  if (ObjectLockEnabled !== "Enabled") return broken("the bucket has no Object Lock", remedy);
  const { Mode, Days, Years } = Rule?.DefaultRetention ?? {};
  if (Mode === undefined)
    return broken("Object Lock is on, but without a default retention: nothing is locked", remedy);
  const configured = `${Mode} for ${Days === undefined ? `${Years} years` : `${Days} days`}`;
  const version = await outcome(site.put("locked", "locked", governance()));
  if (version.kind !== "done" || !isVersion(version.value))
    return unknown(
      `configured is ${configured}; it was not tried, since the writer's key may set no lock of a minute: ${said(version)}`,
    );
  const deleted = await new Rights(site, site.key("writer")).deleteVersion(`${site.folder}locked`, version.value);
  return deleted
    ? broken(
        `configured is ${configured}, but a locked version was deleted`,
        "do not rely on this server's Object Lock",
      )
    : kept(`${configured}; a locked version could not be deleted`);
};
