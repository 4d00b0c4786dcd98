import { type Outcome, outcome, said } from "./outcome";
import { broken, kept, type Probe, unknown } from "./probe";

const RIVALS = 10;

export const conditionalWrites: Probe = async (site) => {
  const ifAbsent = (name: string, body: string) => outcome(site.put(name, body, { IfNoneMatch: "*" }));
  const first = await ifAbsent("once", "first");
  if (first.kind !== "done") return unknown(`a put with If-None-Match is answered with ${said(first)}`);
  const second = await ifAbsent("once", "second");
  const remedy = "let no two writers rely on it";
  if (second.kind === "done") return broken("a put with If-None-Match overwrites what is there", remedy);
  if (second.status !== 412) return broken(`the second put is refused, but with ${said(second)}`, remedy);
  const rivals = await Promise.all(Array.from({ length: RIVALS }, (_, i) => ifAbsent("rivals", `rival ${i}`)));
  const won = rivals.flatMap(({ kind }, i) => (kind === "done" ? [`rival ${i}`] : []));
  if (won.length !== 1) return broken(`of ${RIVALS} writers at once, ${won.length} were told that they won`, remedy);
  if ((await site.read("rivals")) !== won[0]) return broken("what is stored is not what the winner wrote", remedy);
  const odd = rivals.find((rival: Outcome<unknown>) => rival.kind !== "done" && ![409, 412].includes(rival.status));
  return odd
    ? broken(`one of the others was refused with ${said(odd)}`, remedy)
    : kept(`the second of two was refused (412); of ${RIVALS} at once, one won`);
};
