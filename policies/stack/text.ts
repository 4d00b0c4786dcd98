import { oneLine } from "../../model/text";
import type { Bucket, Database } from "./facts";
import { serverText } from "./view";

/** How messages speak of facts. Names come from the program, so each stays one line. */

/** `app/orders`; by the resource's name in Pulumi where the server's own is not known. */
export function databaseText({ id, name, what }: Database): string {
  const named = id.namespace.state === "known" && id.name.state === "known";
  return oneLine(named ? serverText(id) : `${name} (${what})`, 200);
}

/** The bucket's name; by the resource's name in Pulumi where its own is not known. */
export function bucketText({ bucket, name }: Bucket): string {
  return oneLine(bucket.state === "known" ? bucket.value : name, 200);
}

/** `a, b, c and 4 more`: enough to find them, and not a flood. */
export function listText(items: string[], most = 5): string {
  const shown = items.slice(0, most).map((item) => oneLine(item, 200));
  const more = items.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
