import { known } from "../../known";
import type { Backup, Store } from "../../stack/facts";
import type { StackView } from "../../stack/view";

/**
 * `retention` as declared; where nothing is declared and the product then deletes nothing, what the lifecycle of the
 * store's bucket leaves, if this stack declares the bucket. A bucket without an expiry keeps everything.
 */
export function keptInBucket(retention: Backup["retention"], stores: Store[], view: StackView): Backup["retention"] {
  if (retention.count.state !== "absent" || retention.seconds.state !== "absent" || retention.elsewhere)
    return retention;
  const bucket = view.buckets.find(({ urn }) => stores.some(({ bucketUrns }) => bucketUrns.includes(urn)));
  if (!bucket) return retention;
  const { expirySeconds } = bucket;
  return { ...retention, seconds: expirySeconds.state === "absent" ? known(Number.POSITIVE_INFINITY) : expirySeconds };
}
