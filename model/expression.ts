/**
 * PostgreSQL prints an expression anew from its parsed form, and a restored expression was parsed from that print, so
 * one dump-and-restore can move casts and parentheses: `CHECK (kind IN ('a'))` on a varchar column prints
 * `((kind)::text = ANY ((ARRAY['a'::character varying])::text[]))` at the source and
 * `((kind)::text = ANY (ARRAY[('a'::character varying)::text]))` after the restore. The skeleton leaves out
 * parentheses, space and the casts to text types, and keeps all else, so it is equal on both sides and differs where
 * meaning does.
 */
export function skeleton(expression: string): string {
  // String literals and quoted names are kept to the letter: split on them, and rewrite only what is between.
  return expression
    .split(/('(?:[^']|'')*'|"(?:[^"]|"")*")/)
    .map((part, index) => (index % 2 === 1 ? part : rewritten(part)))
    .join("")
    .trim();
}

function rewritten(part: string): string {
  return part
    .replace(TEXT_CASTS, "")
    .replace(/[()\s]+/g, " ")
    .replace(/ ?([,=<>[\]:]) ?/g, "$1");
}

const TEXT_CASTS = /::(?:text|character varying|varchar|bpchar|character|name)(?:\(\d+\))?(?:\[\])?/g;
