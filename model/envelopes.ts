/** More than a chain's tail in one file is not worth parsing. */
const MAX_TEXT = 4 * 1024 * 1024;

/**
 * The envelopes in `text`: one as JSON, several as an array or one on a line, so that a record can bring those that follow
 * it. What is neither comes back as it is, and is refused as no envelope.
 */
export function envelopesIn(text: string): string[] {
  if (text.length > MAX_TEXT) return [text];
  const whole = parsed(text);
  if (Array.isArray(whole)) return whole.map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
  if (whole !== undefined) return [text];
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length > 1 && lines.every((line) => parsed(line) !== undefined) ? lines : [text];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
