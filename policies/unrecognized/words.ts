/** Words by which PostgreSQL goes, and by which those go that only work with a server that somebody else runs. */

/** `DatabasePostgresqlV2` is database, postgresql, v2; `PerconaPGCluster` is percona, pg, cluster. */
export function wordsIn(text: string): string[] {
  return text
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== "");
}

const POSTGRES =
  /^(?:dbfor)?(postgres|postgresql|postgresqls|postgre|pgsql|pg|kubegres|cnpg|pgo|citus|timescale|timescaledb|alloydb|alloy|spilo|patroni|supabase|neon|crunchybridge|edb|enterprisedb|paradedb|pgvector)\d*$/;

/** Whether any of `words` is PostgreSQL by itself: `podgroup` is not. */
export const namesPostgres = (words: string[]): boolean => words.some((word) => POSTGRES.test(word));

/**
 * What stands beside a server and is none: an account, a right, a setting, a way to it, or a look at it. The last word of a
 * kind tells: `FlexibleServerConfiguration`, `PgUser`, `DatabaseFirewall`.
 */
const BESIDE =
  /^(database|databases|db|dbs|role|roles|user|users|owner|grant|grants|privilege|privileges|permission|permissions|schema|extension|password|credential|credentials|secret|firewall|rule|rules|acl|configuration|configurations|config|setting|settings|parameter|parameters|group|subnet|option|proxy|endpoint|endpoints|target|pooler|pool|pools|bouncer|pgbouncer|connection|connections|key|keys|exporter|dashboard|dashboards|policy|provider|monitor|monitoring|alert|metric|metrics|certificate|certificates|administrator|version|association|attachment|publication|subscription|function|branch|link|peering|network|event|replica|ops|upgrade|report|job|integration|catalog|crd|crds|class|template|operator|plugin|adapter|client|driver|lease|tag|iam|member|binding)$/;

export function isBeside(words: string[]): boolean {
  const meaning = words.filter((word) => !/^v\d+\w*$/.test(word));
  return BESIDE.test(meaning.at(-1) ?? "");
}

/** Charts and images that operate, watch or reach servers, and are none. */
const AROUND =
  /^(operator|operators|exporter|pgbouncer|bouncer|pooler|pgcat|pgpool|pgadmin|pgadmin4|pgweb|adminer|dashboard|dashboards|crds|crd|monitor|monitoring|adapter|client|proxy|plugin|provider|migrations|migration|test|tests|metrics|backup|backups|dump|pgdump|console)$/;

export const isAround = (words: string[]): boolean => words.some((word) => AROUND.test(word));

/** A server's image by its last name. */
export const SERVER_IMAGE =
  /(^|\/)(postgres|postgresql(-\d+)?|postgresql-repmgr|postgis|timescaledb|timescaledb-ha|pgvector|paradedb|citus|spilo(-\d+)?|crunchy-postgres|crunchy-postgres-gis)([:@]|$)/;
