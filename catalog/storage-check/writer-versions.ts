import { outcome } from "./outcome";
import { broken, kept, type Probe } from "./probe";
import { Rights } from "./rights";
import { isVersion } from "./versioning";

/** Whoever has the writer's key, an attacker say, must not be able to end what was stored. */
export const writerKeepsVersions: Probe = async (site) => {
  const version = await site.put("kept-version", "kept");
  if (!isVersion(version))
    return broken("there are no versions: what the writer deletes is gone", "turn the bucket's versioning on");
  const rights = new Rights(site, site.key("writer"));
  const deleted = await rights.deleteVersion(`${site.folder}kept-version`, version);
  const there = await outcome(site.read("kept-version"));
  if (!deleted && there.kind === "done") return kept("the writer's key was denied to delete a version");
  return broken(
    "the writer's key deleted a version for good: whoever has it can end every backup",
    "deny s3:DeleteObjectVersion to the writer by name (MinIO grants it with s3:DeleteObject), or lock objects",
  );
};

export const writerLeavesEvidence: Probe = async (site) => {
  const rights = new Rights(site, site.key("writer"));
  const evidence = `${site.evidenceFolder}by-writer`;
  const may = [
    ...((await rights.write(evidence)) ? ["write"] : []),
    ...((await rights.delete(evidence)) ? ["delete"] : []),
  ];
  return may.length === 0
    ? kept("the writer's key was denied to write or delete evidence")
    : broken(
        `the writer's key may ${may.join(" and ")} below evidence/`,
        "let the writer write below backups/ alone; evidence is signed, so a forgery is noticed, but not a loss",
      );
};
