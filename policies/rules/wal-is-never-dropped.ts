import type { Finding } from "../message";
import { type Rule, stackPolicy } from "../rule";
import type { Database } from "../stack/facts";
import { databaseText } from "../stack/text";

/**
 * No database drops WAL that it has reported as archived. pgBackRest does when the queue is longer than
 * archive-push-queue-max: "Maximum Archive Push Queue Size" in its configuration reference.
 *
 * Severity: critical. Page: docs/policies/wal-is-never-dropped.md
 */
export const rule: Rule = {
  name: "wal-is-never-dropped",
  description: "No database may drop WAL that it has reported as archived.",
  level: "mandatory",
  severity: "critical",
  remedy: "Remove archive-push-queue-max, and give WAL room to wait until the repository is back.",
  check: ({ index }) => index.databases.flatMap(dropping),
};

export const walIsNeverDropped = stackPolicy(rule);

function dropping(database: Database): Finding[] {
  const { dropsWal, urn } = database;
  if (dropsWal.state === "absent" || (dropsWal.state === "known" && !dropsWal.value)) return [];
  const text = databaseText(database);
  return [
    dropsWal.state === "known"
      ? {
          urn,
          verdict: `${text} drops WAL that it has reported as archived, once its queue is long.`,
          reasons: [
            "archive-push-queue-max is set: once more WAL than that waits, pgBackRest tells PostgreSQL that it is archived and drops it",
            "no time after that can be recovered until the next base backup, and every backup stays green",
          ],
          remedies: [
            "remove archive-push-queue-max",
            "give the WAL volume room for the longest time that the repository may be away, and alert on failing archiving",
          ],
        }
      : {
          urn,
          verdict: `${text} may be dropping WAL that it has reported as archived.`,
          reasons: [`whether archive-push-queue-max is set is unknown at preview (${dropsWal.path})`],
          remedies: ["make pgBackRest's options known at preview: plain values instead of outputs of new resources"],
        },
  ];
}
