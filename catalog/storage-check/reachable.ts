import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { placeOf, storeError } from "../../store/errors";
import { broken, kept, type Probe } from "./probe";

/** With the writer's key an object is stored, listed and read back; with any other, a listing is asked for. */
export const reachable: Probe = async (site) => {
  const { bucket, client, use } = site.anyKey();
  const started = performance.now();
  const list = async () =>
    await client.send(new ListObjectsV2Command({ Bucket: bucket.bucket, Prefix: site.folder, MaxKeys: 10 }));
  try {
    // That the evidence key can be used is seen when it is tried by itself: it has nothing to do with backups.
    if (use !== "evidence") await list();
    if (use !== "writer") return kept(`the key of the ${use} was accepted (${since(started)})`);
    await site.put("reachable", "stored");
    const text = await site.read("reachable");
    const { Contents = [] } = await list();
    if (text !== "stored")
      return broken(`an object was read back with ${text.length} bytes, not the 6 stored`, "look at the server's log");
    if (!Contents.some(({ Key }) => Key?.endsWith("/reachable")))
      return broken("an object that was stored does not stand in the listing", "look at the server's log");
    return kept(`an object was stored, listed and read back (${since(started)})`);
  } catch (error) {
    return broken(
      storeError(error, "use", placeOf(bucket, site.asker)).message,
      "repair that first: nothing else was tried",
    );
  }
};

function since(started: number): string {
  return `${Math.round(performance.now() - started)} ms`;
}
