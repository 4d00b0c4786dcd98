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

/**
 * `text` as it may be shown: what moves the cursor, or hides or reverses what stands beside it, becomes visible, as in JSON (`\\u001b`). Ends of lines and tabs stay. Whatever comes from a storage, a database, evidence, a server
 * or a program passes here before a terminal or a log.
 */
export function printable(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escaped);
}

function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`)
    .join("");
}

/** Where in `value` a string or a key is not plain: its path, or undefined. */
export function unprintableIn(value: unknown, path: (string | number)[] = []): (string | number)[] | undefined {
  if (typeof value === "string") return isPlain(value) ? undefined : path;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inside] of Object.entries(value)) {
    if (!isPlain(key)) return path;
    const found = unprintableIn(inside, [...path, Array.isArray(value) ? Number(key) : key]);
    if (found) return found;
  }
  return undefined;
}
