import type { ListObjectsV2CommandInput, ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import { ReportedError } from "../runtime/errors";

type Question = Pick<ListObjectsV2CommandInput, "Prefix" | "Delimiter" | "ContinuationToken" | "StartAfter">;
type Answer = ListObjectsV2CommandOutput;

/** As many entries as S3 puts on a page at most: one of so many may have been cut off. */
const FULL_PAGE = 1000;
/** Pages without anything new, one after the other, after which a server is taken to go round in circles. */
const MOST_IDLE = 10;

const V1 = "as servers do that answer ListObjectsV2 in the way of its first version";

/**
 * The pages of a listing, to its end. A listing that is cut off is an error and never taken for all there is: by it the
 * newest backup is found, and what may be removed. `where` names the place for people.
 */
export async function* wholeListing(
  ask: (question: Question) => Promise<Answer>,
  { prefix: Prefix, delimiter: Delimiter }: { prefix: string; delimiter?: string },
  where: string,
): AsyncGenerator<Answer> {
  const tokens = new Set<string>();
  let before = new Set<string>();
  let idle = 0;
  let question: Question = { Prefix, Delimiter };
  for (;;) {
    const page = await ask(question);
    const names = namesOn(page);
    const foreign = names.find((name) => !name.startsWith(Prefix));
    if (foreign !== undefined) throw incomplete(where, "it has what does not begin with what was asked for");
    const fresh = withoutThose(page, before);
    idle = namesOn(fresh).length > 0 ? 0 : idle + 1;
    yield fresh;
    if (!page.IsTruncated) {
      await seeTheEnd(ask, { Prefix, Delimiter }, page, where);
      return;
    }
    const token = page.NextContinuationToken;
    if (!token) throw incomplete(where, `the server says that there is more, and not how to go on, ${V1}`);
    if (tokens.has(token) || idle >= MOST_IDLE) throw incomplete(where, "the server goes round in circles");
    tokens.add(token);
    before = new Set(names);
    question = { Prefix, Delimiter, ContinuationToken: token };
  }
}

/** The entries of a page that were not on the one before: some servers name the last one again. */
function withoutThose(page: Answer, before: ReadonlySet<string>): Answer {
  const once = new Set<string>();
  const isNew = (name: string | undefined) => {
    if (name === undefined || before.has(name) || once.has(name)) return false;
    once.add(name);
    return true;
  };
  return {
    ...page,
    CommonPrefixes: page.CommonPrefixes?.filter((entry) => isNew(entry.Prefix)),
    Contents: page.Contents?.filter((entry) => isNew(entry.Key)),
  };
}

/** A last page that is full is asked what comes after it: nothing, if it is the last. */
async function seeTheEnd(
  ask: (question: Question) => Promise<Answer>,
  question: Question,
  page: Answer,
  where: string,
): Promise<void> {
  const names = namesOn(page);
  if (names.length < FULL_PAGE) return;
  const last = names.reduce((a, b) => (inBytes(a, b) > 0 ? a : b));
  const beyond = namesOn(await ask({ ...question, StartAfter: last }));
  const known = new Set(names);
  if (beyond.some((name) => !known.has(name)))
    throw incomplete(where, `the server cuts it off at ${names.length} entries and does not say so`);
  // Who answers with what comes before has not understood the question, and whether there is more is all its own word.
  if (page.IsTruncated === undefined && beyond.some((name) => inBytes(name, last) < 0))
    throw incomplete(where, `the server gives ${names.length} entries and does not say whether there are more, ${V1}`);
}

/** The order of S3's listings is that of the bytes in UTF-8. */
function inBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function namesOn({ Contents = [], CommonPrefixes = [] }: Answer): string[] {
  const names = [...Contents.map(({ Key }) => Key), ...CommonPrefixes.map(({ Prefix }) => Prefix)];
  return names.filter((name) => name !== undefined);
}

function incomplete(where: string, why: string): ReportedError {
  return new ReportedError(
    `cannot list ${where}: the listing is not complete: ${why}; nothing is decided by a part; hint: bring the server up to ` +
      "date, or use one that speaks S3's ListObjectsV2",
  );
}
