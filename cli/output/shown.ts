import { printable } from "../../model/text";
import { COLOURS } from "./style";

/** What takes the changing line of progress away, at the beginning of what is written. */
export const CLEAR_LINE = "\r\x1b[2K";

/**
 * `text` as it goes to a terminal: printable, but for our own colours, which neither move nor hide anything, and for the
 * line of progress. The one way out of the command.
 */
export function shown(text: string): string {
  if (text.startsWith(CLEAR_LINE)) return CLEAR_LINE + shown(text.slice(CLEAR_LINE.length));
  return text
    .split(COLOURS)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join("");
}
