/**
 * PostgreSQL prints an expression anew from its parsed form, and a restored expression was parsed from that print. One
 * dump-and-restore moves casts: `CHECK (kind IN ('a'))` on a varchar column prints
 * `((kind)::text = ANY ((ARRAY['a'::character varying])::text[]))` at the source and
 * `((kind)::text = ANY (ARRAY[('a'::character varying)::text]))` after the restore. Both mean the same.
 *
 * The skeleton is equal for both and keeps everything else: a cast of an array constructor is moved to its elements,
 * and parentheses around a single thing are left out. Other parentheses stay, since they carry meaning.
 */
export function skeleton(expression: string): string {
  const tokens = tokenize(expression);
  // What is no expression of the server's, such as a quote that is never closed, is compared to the letter.
  if (!tokens) return expression.trim();
  const nodes = normalize(parse(tokens));
  const [only] = nodes;
  const whole = nodes.length === 1 && typeof only === "object" && only.open === "(" && only.head === "";
  return render(whole ? only.items : nodes);
}

interface Token {
  text: string;
  /** Nothing stands between it and the token before: `f(x)` is a call, `IN (x)` is not. */
  tight: boolean;
}

/** A word, an operator or a literal; or what stands in brackets, with the word that they belong to. */
type Node = string | { open: "(" | "["; head: string; items: Node[] };
type Bracketed = Exclude<Node, string>;

/** Literals and quoted names are kept to the letter. */
const TOKEN =
  /(\s*)('(?:[^']|'')*'|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*|\d[\w.]*|::|[()[\],;]|[^\s\p{L}\p{N}_()[\],;'":]+|:)/uy;

function tokenize(expression: string): Token[] | undefined {
  const tokens: Token[] = [];
  let end = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(expression); match !== null; match = TOKEN.exec(expression)) {
    tokens.push({ text: match[2] as string, tight: match[1] === "" });
    end = TOKEN.lastIndex;
  }
  return expression.slice(end).trim() === "" ? tokens : undefined;
}

/** Brackets that are closed too early or never are taken as closed where the text ends: nothing is lost. */
function parse(tokens: Token[]): Node[] {
  let at = 0;
  const list = (close?: string): Node[] => {
    const nodes: Node[] = [];
    while (at < tokens.length) {
      const { text, tight } = tokens[at++] as Token;
      if (text === close) return nodes;
      if (text !== "(" && text !== "[") {
        nodes.push(text);
        continue;
      }
      const before = nodes.at(-1);
      const head = tight && typeof before === "string" && /^[\p{L}_"]/u.test(before) ? before : "";
      if (head !== "") nodes.pop();
      nodes.push({ open: text, head, items: list(text === "(" ? ")" : "]") });
    }
    return nodes;
  };
  return list();
}

function normalize(nodes: Node[]): Node[] {
  const result: Node[] = [];
  const inner = nodes.map(normalizeNode);
  for (let at = 0; at < inner.length; at++) {
    const node = inner[at] as Node;
    const type = arrayType(inner, at + 1);
    if (!isArray(node) || type === undefined) {
      result.push(node);
      continue;
    }
    const cast = elements(node).flatMap((element, index) => [
      ...(index > 0 ? [","] : []),
      element.length === 1 ? (element[0] as Node) : ({ open: "(", head: "", items: element } as Node),
      "::",
      ...type.words,
    ]);
    result.push({ ...node, items: cast });
    at += type.length;
  }
  return result;
}

function normalizeNode(node: Node): Node {
  if (typeof node === "string") return node;
  const items = normalize(node.items);
  const only = items.length === 1 ? items[0] : undefined;
  return node.open === "(" && node.head === "" && only !== undefined ? only : { ...node, items };
}

function isArray(node: Node): node is Bracketed {
  return typeof node !== "string" && node.open === "[" && node.head === "ARRAY";
}

/** The element type of an array cast, `::text[]`, that begins at `from`; undefined when none does. */
function arrayType(nodes: Node[], from: number): { words: string[]; length: number } | undefined {
  if (nodes[from] !== "::") return undefined;
  const words: string[] = [];
  for (let at = from + 1; at < nodes.length; at++) {
    const node = nodes[at] as Node;
    if (typeof node === "string") {
      if (!/^[\p{L}_".]/u.test(node)) return undefined;
      words.push(node);
      continue;
    }
    if (node.open !== "[" || node.items.length > 0) return undefined;
    return { words: [...words, node.head].filter((word) => word !== ""), length: at - from + 1 };
  }
  return undefined;
}

function elements({ items }: Bracketed): Node[][] {
  const lists: Node[][] = [[]];
  for (const item of items) {
    if (item === ",") lists.push([]);
    else (lists.at(-1) as Node[]).push(item);
  }
  return items.length === 0 ? [] : lists;
}

function render(nodes: Node[]): string {
  return nodes
    .map((node) => {
      if (typeof node === "string") return node;
      const close = node.open === "(" ? ")" : "]";
      return `${node.head}${node.open}${render(node.items)}${close}`;
    })
    .join(" ");
}
