import type { Client } from "pg";
import { readContents } from "../../../agent/facts/contents";
import { OTHER_SECTIONS, recordSections } from "../../../agent/facts/record";
import { FACTS_VERSION, type Facts } from "../../../model/facts";
import { EVERYTHING } from "../../../model/share";

/** Everything that a backup would record of the database, every row of it. */
export async function recordAll(client: Client): Promise<Facts> {
  const recordedWith = { contents: EVERYTHING };
  const others = await recordSections(client, recordedWith, OTHER_SECTIONS);
  const { compared: _, ...ofRows } = await readContents(client, EVERYTHING);
  return { version: FACTS_VERSION, recordedWith, sections: { ...others, ...ofRows } };
}
