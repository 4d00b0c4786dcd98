/** What a person reads when a rule speaks: what is wrong, why, what to do, where to read on. Never a property's value. */
export interface Finding {
  /** The resource concerned; the stack as a whole when there is none. */
  urn?: string;
  verdict: string;
  reasons: string[];
  remedies: string[];
}

/** The page of a rule, from the repository's root. */
export function pageOf(policy: string): string {
  return `docs/policies/${policy}.md`;
}

export function format(policy: string, finding: Finding): string {
  return [
    finding.verdict,
    ...finding.reasons.map((reason) => `Reason: ${reason}`),
    ...finding.remedies.map((remedy) => `Remedy: ${remedy}`),
    `Page: ${pageOf(policy)}`,
  ].join("\n");
}
