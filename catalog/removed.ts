import { layout, MANIFEST } from "../model/layout";
import type { Target } from "../model/target";
import type { Store } from "../store/store";

/** Whether a backup that was listed is none any more: pruning takes its manifest first. */
export async function isRemoved(
  store: Pick<Store, "readTextIfThere">,
  prefix: string,
  target: Target,
  id: string,
): Promise<boolean> {
  return (await store.readTextIfThere(layout.backup(prefix, target, id) + MANIFEST)) === undefined;
}
