/**
 * The settings by which a server, a database or a role ends statements, transactions and sessions that take long, and
 * the first major version that knows each. Backups and drills take long, and have deadlines of their own: a backup's
 * snapshot is a transaction that stays open until the last row is dumped, and its other sessions wait meanwhile.
 */
export const TIMEOUTS = {
  statement_timeout: 13,
  idle_in_transaction_session_timeout: 13,
  idle_session_timeout: 14,
  transaction_timeout: 17,
};

/** All of them off, as PGOPTIONS. A server refuses a connection whose options name a setting that it does not know. */
export function withoutTimeouts(major: number): string {
  return Object.entries(TIMEOUTS)
    .filter(([, since]) => major >= since)
    .map(([name]) => `-c ${name}=0`)
    .join(" ");
}
