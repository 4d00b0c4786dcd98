import { styleText } from "node:util";
import type { World } from "../world";

type Format = Parameters<typeof styleText>[0];

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
