import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { messageOf } from "../../runtime/errors";
import { formatSeconds } from "../../runtime/format";
import { doesWait, inTheWay, type LockParty, waitingForUs } from "../postgres/lock-waits";
import { GaveWayError, lockedBy } from "./giving-way";

interface Watching {
  /** A session of the backup's own role, in the same database, that holds no locks. */
  client: Client;
  /** Gives everything back. */
  giveWay: (reason: GaveWayError) => void;
  say: (line: string) => void;
  /** Told at the end of each wait of others that lasted. */
  warn: (line: string) => void;
  signal: AbortSignal;
}

export interface Pace {
  /** How often it is asked whether a session of the backup waits. */
  everyMs: number;
  /** How often it is asked whether others wait, though no session of the backup does. */
  othersEveryMs: number;
  /** Shorter waits than this are not told of. */
  lastingMs: number;
}

const PACE: Pace = { everyMs: 1000, othersEveryMs: 15_000, lastingMs: 10_000 };

/**
 * Looks, while a backup holds locks, whether it stands in others' way. Two things are told apart. Others wait for the backup,
 * which works: with one snapshot that cannot be avoided, whoever changes a table's definition waits for the end of any
 * pg_dump; it is said in the log, and in the manifest. Others wait for the backup, and the backup waits itself: nobody
 * knows for how long, and what the others have locked meanwhile the application may need; then the backup gives way.
 */
export class LockWatch {
  private readonly seen = new Map<string, { party: LockParty; since: number; last: number }>();
  private readonly running: Promise<void>;
  private readonly ended = new AbortController();

  constructor(
    private readonly watching: Watching,
    private readonly pace: Pace = PACE,
  ) {
    this.running = this.watch(AbortSignal.any([watching.signal, this.ended.signal]));
  }

  /** Ends the watch; whoever still waits is told of. */
  async end(): Promise<void> {
    this.ended.abort();
    await this.running;
    for (const key of [...this.seen.keys()]) this.tell(key);
  }

  private async watch(signal: AbortSignal): Promise<void> {
    const { client, giveWay, say } = this.watching;
    let others = Date.now();
    let blind = false;
    while (!signal.aborted) {
      await sleep(this.pace.everyMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        const waits = await doesWait(client);
        if (!waits && Date.now() - others < this.pace.othersEveryMs) continue;
        others = Date.now();
        const waiting = await waitingForUs(client);
        this.note(waiting);
        const [first] = waiting;
        if (!waits || first === undefined) continue;
        const reason = lockedBy((await inTheWay(client)).filter((party) => !isOneOf(party, waiting)));
        return giveWay(
          new GaveWayError(`${first.who} waited for a lock on ${first.relation} that the backup held, while ${reason}`),
        );
      } catch (error) {
        if (!signal.aborted && !blind)
          say(`note: it is not known whether others wait for the backup: ${messageOf(error)}`);
        blind = true;
      }
    }
  }

  private note(waiting: LockParty[]): void {
    const now = Date.now();
    for (const party of waiting) {
      const key = `${party.who} ${party.relation}`;
      const known = this.seen.get(key);
      if (known) known.last = now;
      else {
        this.seen.set(key, { party, since: now, last: now });
        this.watching.say(
          `note: ${party.who} waits for a lock on ${party.relation}, which the backup keeps as it is until the dump ends`,
        );
      }
    }
    for (const [key, { last }] of this.seen) if (last !== now) this.tell(key);
  }

  private tell(key: string): void {
    const found = this.seen.get(key);
    this.seen.delete(key);
    const lasted = found ? Date.now() - found.since : 0;
    if (!found || lasted < this.pace.lastingMs) return;
    this.watching.warn(
      `${found.party.who} waited about ${formatSeconds(lasted / 1000)} for a lock on ${found.party.relation}, which the backup ` +
        "held, and whatever used that table then waited, too: change tables when no backup runs",
    );
  }
}

function isOneOf(party: LockParty, parties: LockParty[]): boolean {
  return parties.some(({ who, relation }) => who === party.who && relation === party.relation);
}
