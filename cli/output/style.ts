import { styleText } from "node:util";
import type { World } from "../world";

type Format = Parameters<typeof styleText>[0];

/** The codes of the colours below, and no others: green, red, yellow, dim, bold, and what ends them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
export const COLOURS = /(\x1b\[(?:1|2|22|31|32|33|39)m)/;

/** Marks and colours. A colour never says anything that the text does not. */
export function styleOf({ color }: Pick<World, "color">) {
  const paint = (format: Format) => (text: string) =>
    color ? styleText(format, text, { validateStream: false }) : text;
  return { good: paint("green"), bad: paint("red"), warn: paint("yellow"), dim: paint("dim"), bold: paint("bold") };
}

/** `2026-11-21 02:15:00Z` */
export function formatTime(time: string | Date): string {
  return new Date(time)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, "Z");
}
