import { broken, type Finding, kept, type Probe } from "./probe";
import { listed, Rights } from "./rights";
import type { Site } from "./site";

/** An object of the writer's, where its key was given; otherwise a name that is not there. */
async function sample(site: Site, name: string): Promise<{ key: string; version?: string }> {
  const version = site.has("writer") ? await site.put(name, "sample") : undefined;
  return { key: site.folder + name, ...(version === undefined ? {} : { version }) };
}

/** What is `missing` of what a key must be able to do, and what it may do `beyond`. */
function rightsFinding(key: string, may: string, missing: string[], beyond: string[], good: string): Finding {
  const problems = [
    ...(missing.length > 0 ? [`is denied to ${listed(missing)}`] : []),
    ...(beyond.length > 0 ? [`may ${listed(beyond)}`] : []),
  ];
  return problems.length === 0
    ? kept(`${key} ${good}`)
    : broken(`${key} ${problems.join(", and ")}`, `let it ${may}, and do nothing else`);
}

/** The names of the actions for which the answer was `answer`. */
async function withAnswer(answer: boolean, actions: Record<string, () => Promise<boolean>>): Promise<string[]> {
  const names: string[] = [];
  for (const [name, action] of Object.entries(actions)) if ((await action()) === answer) names.push(name);
  return names;
}

export const readerReadsOnly: Probe = async (site) => {
  const rights = new Rights(site, site.key("reader"));
  const { key, version } = await sample(site, "for-reader");
  const missing = await withAnswer(false, { list: () => rights.list(site.folder), read: () => rights.read(key) });
  const beyond = await withAnswer(true, {
    write: () => rights.write(`${site.folder}by-reader`),
    overwrite: () => rights.write(key),
    delete: () => rights.delete(key),
    ...(version === undefined ? {} : { "delete versions": () => rights.deleteVersion(key, version) }),
    "write evidence": () => rights.write(`${site.evidenceFolder}by-reader`),
  });
  return rightsFinding(
    "the reader's key",
    "list and read backups",
    missing,
    beyond,
    "may list and read, and was denied to write, overwrite and delete",
  );
};

export const evidenceOnly: Probe = async (site) => {
  const rights = new Rights(site, site.key("evidence"));
  const { key, version } = await sample(site, "for-evidence");
  const evidence = `${site.evidenceFolder}by-evidence`;
  const missing = await withAnswer(false, {
    "write evidence": () => rights.write(evidence),
    "list evidence": () => rights.list(site.evidenceFolder),
    "read evidence": () => rights.read(evidence),
  });
  // Names of backups are no secret: without the right to list, S3 tells nobody that an object is not there.
  const beyond = await withAnswer(true, {
    "read backups": () => rights.read(key),
    "write backups": () => rights.write(`${site.folder}by-evidence`),
    "delete backups": () => rights.delete(key),
    ...(version === undefined ? {} : { "delete versions": () => rights.deleteVersion(key, version) }),
    "delete evidence": () => rights.delete(evidence),
  });
  return rightsFinding(
    "the evidence key",
    "write, list and read evidence",
    missing,
    beyond,
    "may write, list and read evidence, and was denied to delete it and to touch backups",
  );
};

const PRUNES = "list, read and delete backups, and see what Object Lock keeps";

export const prunerPrunes: Probe = async (site) => {
  const rights = new Rights(site, site.key("pruner"));
  const { key } = await sample(site, "for-pruner");
  const missing = await withAnswer(false, {
    list: () => rights.list(site.folder),
    read: () => rights.read(key),
    "see Object Lock": () => rights.seeLock(key),
    delete: async () => (await rights.delete(key)) && !(await site.exists("for-pruner")),
  });
  return rightsFinding(
    "the pruner's key",
    PRUNES,
    missing,
    [],
    "listed, read and deleted an object, and saw whether it is locked",
  );
};

export const prunerKeepsVersions: Probe = async (site) => {
  const rights = new Rights(site, site.key("pruner"));
  const { key, version } = await sample(site, "kept-from-pruner");
  const evidence = `${site.evidenceFolder}by-pruner`;
  const beyond = await withAnswer(true, {
    ...(version === undefined ? {} : { "delete versions": () => rights.deleteVersion(key, version) }),
    write: () => rights.write(`${site.folder}by-pruner`),
    "write evidence": () => rights.write(evidence),
    "delete evidence": () => rights.delete(evidence),
  });
  return rightsFinding(
    "the pruner's key",
    PRUNES,
    [],
    beyond,
    "was denied to delete a version, to write, and to touch evidence",
  );
};
