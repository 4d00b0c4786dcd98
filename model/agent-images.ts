/** The digest by which an image is pinned (`sha256:…`), bare or after a name; undefined when it is not. */
export function agentDigest(image: string): string | undefined {
  return /(?:^|@)(sha256:[0-9a-f]{64})$/.exec(image)?.[1];
}
