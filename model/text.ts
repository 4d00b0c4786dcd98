/**
 * `text` as one printable line of at most `limit` characters. What others wrote (a file's name, a key's id, a message
 * in evidence) is shown to people next to our own words, and must not be able to look like them or to flood them.
 */
export function oneLine(text: string, limit: number): string {
  // The slice first: a text of millions of characters is not worth cleaning. Format characters can reverse a line.
  const line = text
    .slice(0, limit * 4)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}

/** Whether `text` has no character that moves, hides or reverses what is shown beside it, or begins another line. */
export function isPlain(text: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
}
