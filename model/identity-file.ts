/**
 * The text of an age identity file: one identity (AGE-SECRET-KEY-1…) a line; empty lines and comments count for nothing.
 * Only its form is judged here; whether an identity's checksum is right is known to who can use it.
 */
export interface IdentityLine {
  secret: string;
  /** From 1. */
  number: number;
}

export function identityLines(text: string): IdentityLine[] {
  return text
    .split("\n")
    .map((line, index) => ({ secret: line.trim(), number: index + 1 }))
    .filter(({ secret }) => secret !== "" && !secret.startsWith("#"));
}

/** What is wrong with the text of an identity file, or undefined. No message repeats anything of it. */
export function identityFileProblem(text: string): string | undefined {
  if (/^(age-encryption\.org\/|-----BEGIN AGE ENCRYPTED FILE-----)/.test(text.trimStart()))
    return "is encrypted itself, by a passphrase: decrypt it first with age --decrypt";
  const lines = identityLines(text);
  if (lines.length === 0) return "holds no identity, only comments or nothing at all";
  const wrong = lines.find(({ secret }) => !/^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/.test(secret));
  return (
    wrong &&
    `has in line ${wrong.number} ${whatItIs(wrong.secret)}; each must be AGE-SECRET-KEY-1… as age-keygen makes it`
  );
}

function whatItIs(line: string): string {
  if (line.startsWith("age1")) return "a recipient, the public half of a key, which opens nothing";
  if (/^AGE-PLUGIN-/.test(line)) return "the identity of a plugin, which cannot be used here";
  if (/^AGE-SECRET-KEY-PQ-/.test(line)) return "a post-quantum identity, for which no backup is encrypted here";
  if (/^AGE-SECRET-KEY-/i.test(line)) return "an identity that was cut off or mistyped";
  return "what is no age identity";
}
