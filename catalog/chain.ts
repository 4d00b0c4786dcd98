import { type ChainRecord, chainProblems } from "../model/chain";
import { brokenText, neverEnded } from "../model/deciding-records";
import { ID_PATTERN, layout } from "../model/layout";
import { openRecordBy, type SignedRecord, subjectOf } from "../model/signed-record";
import { type Owner, sameOwner } from "../model/storage-identity";
import { type Target, targetId } from "../model/target";
import type { Store } from "../store/store";
import { inParallel } from "./parallel";

/** What became of the chain of evidence of one database, by all that its storage holds. */
export interface Chain {
  /** Whose chain it is; undefined where there is no record. */
  owner: Owner | undefined;
  records: number;
  /** The first and the last place in the chain; undefined where there is no record. */
  first: number | undefined;
  last: number | undefined;
  /** Drills that have ended, and among them those that did not pass. */
  ended: number;
  failed: number;
  /** Of the first version, which knew no chain. */
  unchained: number;
  /** Holes, forks, drills that never ended, and records that no trusted key has signed. Empty: it is whole. */
  problems: string[];
}

/** How many records are fetched at once. */
const AT_ONCE = 16;

/** The chain of `owner`'s database `target`; of the only one that there is, where `owner` is not known. */
export async function readChain(
  store: Pick<Store, "list" | "readText">,
  prefix: string,
  target: Target,
  { owner, trustedKeys, now }: { owner?: Owner | undefined; trustedKeys: readonly string[]; now: Date },
): Promise<Chain> {
  const problems: string[] = [];
  const all: SignedRecord[] = [];
  for await (const keys of recordKeys(store, layout.evidences(prefix, target)))
    await inParallel(keys, AT_ONCE, async (source) => {
      const record = openRecordBy({ source, envelope: await store.readText(source) }, trustedKeys);
      if ("kind" in record) problems.push(`${source}: ${record.reason}`);
      else if (targetId(subjectOf(record).target) !== targetId(target))
        problems.push(`${source}: it is of ${targetId(subjectOf(record).target)}, and was copied from elsewhere`);
      else all.push(record);
    });
  const whose = owner ?? only(all, problems);
  const records = all.filter((record) => whose === undefined || sameOwner(subjectOf(record), whose));
  if (records.length < all.length)
    problems.push(`${all.length - records.length} records are of another stack or environment`);
  const links = records.flatMap((record): ChainRecord[] => {
    const { chain } = subjectOf(record);
    return chain ? [{ source: record.source, digest: record.digest, link: chain }] : [];
  });
  const places = links.map(({ link }) => link.sequence);
  const [first, last] = places.length === 0 ? [] : [Math.min(...places), Math.max(...places)];
  problems.push(
    ...chainProblems(links, first),
    ...neverEnded(records, now).map(({ begun }) => brokenText(begun.drill)),
  );
  const ended = records.flatMap((record) => ("predicate" in record ? [record.predicate] : []));
  return {
    ...{ owner: whose, records: links.length, first, last },
    ...{ ended: ended.length, failed: ended.filter(({ passed }) => !passed).length },
    unchained: records.length - links.length,
    problems: problems.sort(),
  };
}

async function* recordKeys(store: Pick<Store, "list">, root: string): AsyncGenerator<string[]> {
  for await (const page of store.list(root))
    yield page.flatMap(({ key }) => (ID_PATTERN.test(/\/([^/]+)\.dsse\.json$/.exec(key)?.[1] ?? "") ? [key] : []));
}

/** Whose all of `records` are. Several owners cannot share a chain: then nobody knows which one is meant. */
function only(records: readonly SignedRecord[], problems: string[]): Owner | undefined {
  const [first, ...others] = records.map(subjectOf);
  if (first && others.some((other) => !sameOwner(other, first)))
    problems.push("the records are of several stacks or environments: name one with --stack");
  return first && { environment: first.environment, stack: first.stack };
}
