import type { Finding } from "../message";
import { type Rule, stackPolicy } from "../rule";
import { isProduction } from "../settings";
import type { Backup, Store } from "../stack/facts";
import type { StackIndex } from "../stack/index-stack";
import { databaseText } from "../stack/text";
import { serverText } from "../stack/view";

/**
 * Whoever loses the cluster must not lose the backups with it: each database of production has a copy outside.
 *
 * Severity: high. Page: docs/policies/copy-outside-cluster.md
 */
export const rule: Rule = {
  name: "copy-outside-cluster",
  description: "In production, each database that is backed up has a copy outside its cluster.",
  level: "mandatory",
  severity: "high",
  remedy: "Let a backup of the database go to an object store outside the cluster.",
  check: ({ index, gate }) => (isProduction(gate) ? subjectsOf(index).flatMap(withoutCopyOutside) : []),
};

export const copyOutsideCluster = stackPolicy(rule);

/** What is backed up: a database of the stack, or one that only its backups speak of. */
interface Subject {
  urn: string | undefined;
  text: string;
  backups: Backup[];
}

function subjectsOf({ databases, backups: all }: StackIndex): Subject[] {
  // A part of a database, wherever it lies, is no copy of it.
  const backups = all.filter(({ doesNotCount }) => doesNotCount === undefined);
  const declared = databases.map((database): Subject => {
    const own = backups.filter(({ databaseUrns }) => databaseUrns.includes(database.urn));
    return { urn: database.urn, text: databaseText(database), backups: own };
  });
  const urns = databases.map(({ urn }) => urn);
  const others = new Map<string, Subject>();
  for (const backup of backups.filter(({ databaseUrns }) => !databaseUrns.some((urn) => urns.includes(urn)))) {
    const name = serverName(backup);
    const key = name ?? backup.urn;
    const subject = others.get(key) ?? { urn: backup.urn, text: name ?? backup.id, backups: [] };
    subject.backups.push(backup);
    others.set(key, subject);
  }
  return [...declared.filter((subject) => subject.backups.length > 0), ...others.values()];
}

/** Undefined when the server is not known for sure: then nobody can say which backups are of the same one. */
function serverName({ server }: Backup): string | undefined {
  return server?.namespace.state === "known" && server.name.state === "known" ? serverText(server) : undefined;
}

function withoutCopyOutside({ urn, text, backups }: Subject): Finding[] {
  const places = backups.flatMap((backup) =>
    backup.stores.map(({ location, elsewhere = false }) => ({ location, elsewhere, backup })),
  );
  const outside = places.filter(({ location }) => location.state === "known" && location.value === "outside");
  if (outside.some(({ backup }) => backup.certain)) return [];
  const maybe = outside.length > 0 || places.some(({ location }) => location.state === "unknown");
  const verdict = maybe
    ? `${text}: nobody can tell whether a copy of its backups lies outside the cluster.`
    : `${text}: no copy of its backups lies outside the cluster.`;
  // What another stack declares is not known to be bad.
  const shown = outside.length === 0 && places.some(({ elsewhere, backup }) => elsewhere && backup.certain);
  return [
    {
      ...(shown ? { shown } : {}),
      urn,
      verdict,
      reasons: backups.slice(0, 5).flatMap(whereItLies),
      remedies: [
        "send its backups, or a copy of them, to an object store outside the cluster",
        ...(maybe
          ? ["or make known at preview what is not, by plain values: where the copies go, and what makes them"]
          : []),
      ],
    },
  ];
}

function whereItLies({ id, stores, certain }: Backup): string[] {
  if (!certain) return [`${id}: whether it is a backup at all is unknown at preview`];
  if (stores.length === 0) return [`${id} does not say where its copies lie`];
  const places = stores.map(({ kind, location }) => {
    if (location.state === "unknown") return `where a copy lies is unknown at preview (${location.path})`;
    if (location.state === "absent") return "it does not say where its copy lies";
    return `its copy lies inside the cluster, ${WHERE[kind]}`;
  });
  return [...new Set(places)].map((place) => `${id}: ${place}`);
}

const WHERE: Record<Store["kind"], string> = {
  s3: "in an object store that runs there",
  gcs: "in an object store that runs there",
  azure: "in an object store that runs there",
  volume: "on one of its volumes",
  nfs: "on a file server of its own",
  snapshot: "as snapshots of its volumes",
  rds: "with the database itself",
  "aws-backup": "with the database itself",
  other: "in a store that runs there",
};
