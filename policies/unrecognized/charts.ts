import { readPartly, UNKNOWN } from "../known";
import { isAround, namesPostgres, wordsIn } from "./words";

/** Charts as far as their name and their values tell that they bring a server of PostgreSQL along. */

/** Charts whose name looks like a server's, and that only install what makes one. */
const OPERATORS = ["cloudnative-pg", "pgo", "edb-postgres-for-kubernetes", "kubegres", "stackgres", "kubedb"];
/** Charts of applications that have a server among their parts unless it is switched off. */
const WITH_SERVER =
  /^(gitea|gitlab|nextcloud|keycloak|airflow|superset|sonarqube|harbor|zulip|mattermost(-team-edition)?|discourse|sentry|odoo|mastodon|netbox|concourse|kong|thingsboard|temporal|supabase|hasura|langfuse|plane|openproject|n8n|metabase|authentik|wikijs|peertube)$/;

/** What of `chart` looks like a server, in words for people; undefined: nothing does. */
export function serverInChart(chart: string, values: unknown): string | undefined {
  const name =
    chart
      .replace(/[/\\]+$/, "")
      .split(/[/\\]/)
      .pop() ?? chart;
  const words = wordsIn(name.replace(/[:@].*$/, ""));
  if (isAround(words) || OPERATORS.includes(name)) return undefined;
  if (namesPostgres(words)) return "a chart of PostgreSQL";
  const part = ["postgresql", "postgres", "postgresql-ha", "cnpg"].find((key) => readPartly(values, key) !== undefined);
  const enabled = ["enabled", "install", "deploy", "create"]
    .map((key) => (part === undefined ? undefined : readPartly(values, part, key)))
    .find((value) => value !== undefined && value !== null);
  if (enabled === false || enabled === "false") return undefined;
  // What is unknown may be switched on.
  const on = enabled === true || enabled === "true" || enabled === UNKNOWN;
  return on || WITH_SERVER.test(name) ? "a chart that brings a PostgreSQL of its own along" : undefined;
}
