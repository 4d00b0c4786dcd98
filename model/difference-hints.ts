import type { FactSection, SectionDifference } from "./facts";

/** What to do about a difference that a new backup would have, too; undefined when nothing is known of it. */
export function differenceHint(
  section: FactSection,
  { changed, unexpected, missing }: SectionDifference,
): string | undefined {
  if (section === "extensions" && changed.length > 0) {
    const names = changed.map(({ identity }) => identity).join(", ");
    return (
      `a dump names no version, and a restore makes an extension's default one: ALTER EXTENSION … UPDATE in the source ` +
      `(${names}), then take a new backup; without it every drill finds the same`
    );
  }
  if (section === "extensions" && unexpected.includes("plpgsql")) {
    return "every new database has plpgsql, and no dump says that it was dropped: CREATE EXTENSION plpgsql in the source";
  }
  if (section === "tables" && changed.some(({ expected }) => expected.includes("detaching pending"))) {
    return "a restore attaches the partition again: ALTER TABLE … DETACH PARTITION … FINALIZE in the source, then take a new backup";
  }
  if (
    section === "grants" &&
    [...missing, ...changed.map(({ identity }) => identity)].some((name) => / to unknown \(OID=\d+\)$/.test(name))
  ) {
    return "a role that is gone is granted something, which no restore can grant: the backup's warnings say where and what to do";
  }
  return undefined;
}
