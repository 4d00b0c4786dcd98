/**
 * What an image is for, by the words in its repository's path: registries mirror and people rebuild, so that a list of
 * whole names would never be complete. The tag and the registry's host say nothing.
 */

/** The words of each segment of the repository's path, without a registry's host: `sclorg/postgresql-16-c9s`. */
function segmentsOf(image: string): string[][] {
  const path = image
    .toLowerCase()
    .replace(/@.*$/, "")
    .replace(/:[^/:]*$/, "")
    .split("/");
  const [first = ""] = path;
  const isHost = path.length > 1 && (/[.:]/.test(first) || first === "localhost");
  return (isHost ? path.slice(1) : path).map((segment) => segment.split(/[-_.]+/));
}

/** Servers by their own names, and images that carry one with an extension's name. */
const SERVER =
  /^(postgres|postgresql|pgsql|postgres\d+|postgresql\d+|postgis|timescaledb|pgvector|pgvecto|paradedb|vchord|vectorchord|citus|spilo|orioledb|alloydbomni|pg\d\d)$/;
/** What stands beside a server, and has its name too. */
const BESIDE =
  /^(exporter|metrics|monitor|monitoring|operator|controller|plugin|sidecar|webhook|manager|backups?|bkup|dumps?|dumper|restore|client|clients|cli|tools?|utils?|proxy|pooler|pool|pgpool|bouncer|pgbouncer|haproxy|router|admin|ui|web|rest|api|meta|mcp|agent|migrate|migrations?|migrator|init|upgrade|pgbackrest|barman|bench|tests?|check|checker|gateway|adapter|connector|wait|job)$/;

/** A PostgreSQL server's: `rhel9/postgresql-16`, `tensorchord/pgvecto-rs`, `timescale/timescaledb-ha`. */
export function isServerImage(image: string): boolean {
  const last = segmentsOf(image).at(-1) ?? [];
  return last.some((word) => SERVER.test(word)) && !last.some((word) => BESIDE.test(word));
}

/** An operator's, a plugin's or a watcher's: it handles what others do, and takes no backup by itself. */
const CONTROLS =
  /^(exporter|metrics|monitor|monitoring|operator|controller|plugin|sidecar|webhook|manager|ui|dashboard)$/;

export function isControllerImage(image: string): boolean {
  return (segmentsOf(image).at(-1) ?? []).some((word) => CONTROLS.test(word));
}

/** Products that back up PostgreSQL alone. */
const POSTGRES_BACKUP =
  /(^|[/_.-])(pgbackrest|barman|wal-[eg]|pgbackweb|postgresus|databasus|pghoard|pg_?probackup)([/_.-]|$)/;
const POSTGRES = /^(pg|pgsql|psql|postgres|postgresql|postgis)\d*$/;
const BACKUP = /^(backups?|backupper|bkups?|bckp|dumps?|dumper|basebackup|pgdump|pgbackups?)$/;
/** Products that back up files, volumes or databases of many kinds. */
const GENERIC = /^(gobackup|borgmatic)$/;
/** What looks at backups, or reads them. */
const LOOKING =
  /^(exporter|metrics|monitor|monitoring|check|checker|verify|verifier|restore|viewer|test|tests|api|web)$/;

/**
 * What backs up: `postgres`, by what the path says (`eeshugerman/postgres-backup-s3`, `jkaninda/pg-bkup`); `any`, where
 * the path says no more than that (`tiredofit/db-backup`, `offen/docker-volume-backup`, `acme/orders-backup`).
 */
export function backupImage(image: string): "postgres" | "any" | undefined {
  const segments = segmentsOf(image);
  const words = segments.flat();
  const last = segments.at(-1) ?? [];
  if (isControllerImage(image) || last.some((word) => LOOKING.test(word))) return undefined;
  if (POSTGRES_BACKUP.test(segments.map((segment) => segment.join("-")).join("/"))) return "postgres";
  if (!last.some((word) => BACKUP.test(word) || GENERIC.test(word))) return undefined;
  const postgres = words.some((word) => POSTGRES.test(word) || /^pg(dump|backups?)$/.test(word));
  return postgres ? "postgres" : "any";
}
