import type { PolicyResource } from "@pulumi/policy";
import { known, type Reading } from "../../known";
import type { Database, ServerId } from "../../stack/facts";
import type { StackView } from "../../stack/view";
import type { JobWords, Reference } from "../shared/commands";
import { textAt } from "./kept-texts";

/**
 * The stack's databases that a job backs up: those whose host it names, itself or by a Secret or ConfigMap; else those
 * from which its declaration was made; else, when it names no host at all, the only one of its namespace. A job that
 * names the host of somebody else's server backs up none of them, and one that takes it from where nobody here can look
 * may be of any server.
 */
export function databasesOf(
  given: JobWords,
  namespace: Reading<string>,
  resource: PolicyResource,
  view: StackView,
): Database[] {
  const job = withReferences(given, namespace, view);
  const { hosts, said, hidden } = hostsIn(job);
  const named = new Set(hosts.flatMap((host) => serversAt(host, namespace, view.databases)));
  if (named.size > 0 || said) return [...named];
  const made = (resource.propertyDependencies.spec ?? []).map(({ urn }) => urn);
  const sources = [...made, ...sourcesOfReferences(given, namespace, view)];
  const taken = view.databases.filter(({ urn }) => sources.includes(urn));
  if (taken.length > 0) return taken;
  if (hidden) return [];
  const near = view.databases.filter(({ id }) => agree(id.namespace, namespace) === true);
  return near.length === 1 ? near : [];
}

/**
 * The variables that name a host, with what the stack's own Secrets and ConfigMaps say of it. The Secrets in which
 * operators give a cluster's credentials have its name in theirs.
 */
function withReferences(job: JobWords, namespace: Reading<string>, view: StackView): JobWords {
  const variables = job.variables.map((variable) => {
    const { from } = variable;
    if (!from || !namesServer(variable.name)) return variable;
    const value = valueAt(from, namespace, view);
    return value === undefined ? variable : { ...variable, value: known(value) };
  });
  return { ...job, variables };
}

/** `orders-app`, `orders-superuser` (CloudNativePG), `orders-pguser-app` (Crunchy PGO and Percona). */
const OF_OPERATOR = /^(.+?)-(?:app|superuser|pguser-[a-z0-9.-]+)$/;
/** `app.orders.credentials.postgresql.acid.zalan.do` */
const OF_ZALANDO = /^[^.]+\.([^.]+)\.credentials\.postgresql\.acid\.zalan\.do$/;

function valueAt({ kind, name, key }: Reference, namespace: Reading<string>, view: StackView): string | undefined {
  if (name.state !== "known" || key.state !== "known") return undefined;
  const found = view.named("core", kind, { namespace, name });
  if (found) return textAt([found], { kind, key });
  if (kind !== "Secret" || !/host|uri|url/i.test(key.value)) return undefined;
  const cluster = (OF_OPERATOR.exec(name.value) ?? OF_ZALANDO.exec(name.value))?.[1];
  const called = cluster !== undefined && view.database({ namespace, name: known(cluster) }) !== undefined;
  return called ? cluster : undefined;
}

/** What the Secrets and ConfigMaps were made from that a job takes its host from. */
function sourcesOfReferences({ variables }: JobWords, namespace: Reading<string>, view: StackView): string[] {
  return variables.flatMap(({ name, from }) => {
    const found = from && namesServer(name) ? view.named("core", from.kind, { namespace, name: from.name }) : undefined;
    return Object.values(found?.propertyDependencies ?? {}).flatMap((made) => made.map(({ urn }) => urn));
  });
}

/**
 * The server that a job names by its Service, whoever declared it, so that two jobs of one server are known to be. Hosts
 * outside the cluster have names of their own, by which no cluster is called.
 */
export function serverNamedBy(given: JobWords, namespace: Reading<string>, view: StackView): ServerId | undefined {
  const { hosts, said } = hostsIn(withReferences(given, namespace, view));
  const [host, ...others] = hosts;
  if (!said || host === undefined || others.length > 0 || host === "localhost" || /^[\d/[]/.test(host))
    return undefined;
  const [service = "", second, third] = host.split(".");
  if (second !== undefined && third !== "svc") return undefined;
  return { namespace: second === undefined ? namespace : known(second), name: known(service.replace(SUFFIX, "")) };
}

/** `postgresql://user@host:5432,other/database` */
const ADDRESS = /(?<![\w-])postgres(?:ql)?:\/\/(?:[^\s@/]*@)?([^\s/?"']+)/gi;
/** `host=` of a connection string; `-h`, `--host` and pgBackRest's `--pg1-host` of PostgreSQL's own kind of program. */
const CONNECTION = /(?<![\w-])host(?:addr)?=["']?([^\s"';]+)/gi;
const OPTION = /(?:\s-h\s*|\s--(?:pg\d-)?host(?:=|\s+))["']?([^\s"']+)/g;
const CLIENT = /(?<![\w-])(pg_\w+|psql|pgbackrest|barman[\w-]*|wal-[eg])(?![\w-])/;
/** Variables that PostgreSQL's programs and images read, and those that only look as if they named a host. */
const SERVER_VARIABLE = /^(PG|POSTGRES|POSTGRESQL|DB|DATABASE)_?(HOST|HOSTADDR|HOSTNAME|SERVER)$/i;
const HOST_VARIABLE = /HOST|SERVER|ADDR|CLUSTER|SERVICE/i;
/** A word that can only be a Service's name: with the suffix that operators give it, or with its namespace. */
const SERVICE =
  /(?<![\w.-])[a-z0-9][a-z0-9-]*(?:-(?:rw|ro|r|primary|replicas?|ha|pgbouncer|pooler|repl)|\.[a-z0-9-]+\.svc)(?![\w-])[a-z0-9.-]*/g;

/** Variables with a whole address in them, of whatever server it is. */
const ADDRESS_VARIABLE =
  /^(?:PG|POSTGRES|POSTGRESQL|DB|DATABASE)_?(?:URL|URI|DSN|CONN|CONNECTION_STRING|CONNSTR|SERVICE)$/i;
const namesServer = (name: string) => SERVER_VARIABLE.test(name) || ADDRESS_VARIABLE.test(name);
/** What is still a variable where a client is told its host. */
const HIDDEN = /(?:\s-h\s*|\s--(?:pg\d-)?host(?:=|\s+)|\bhost(?:addr)?=|@)["']?\$|\$[({]?\w*(?:HOST|URL|URI|DSN|CONN)/i;

interface Hosts {
  hosts: string[];
  /** Whether any of them is certainly the server that the job talks to. */
  said: boolean;
  /** The job is told of a host, and nobody here can tell which. */
  hidden: boolean;
}

/** The hosts in a job's words. */
function hostsIn({ commands, variables, hidden: more }: JobWords): Hosts {
  const values = variables.flatMap(({ name, value }) => (value.state === "known" ? { name, text: value.value } : []));
  const texts = [...commands, ...values.map(({ text }) => text)];
  const certain = [
    ...texts.flatMap((text) => [...all(ADDRESS, text), ...all(CONNECTION, text)]),
    ...commands.filter((command) => CLIENT.test(command)).flatMap((command) => all(OPTION, command)),
    ...values.filter(({ name }) => SERVER_VARIABLE.test(name)).map(({ text }) => text),
  ].flatMap(split);
  const possible = [
    ...texts.flatMap((text) => text.match(SERVICE) ?? []),
    ...values.filter(({ name }) => HOST_VARIABLE.test(name)).map(({ text }) => text),
  ].flatMap(split);
  const said = certain.length > 0;
  const hidden =
    !said &&
    (more ||
      variables.some(({ name, value }) => value.state === "unknown" && namesServer(name)) ||
      commands.some((command) => CLIENT.test(command) && HIDDEN.test(command)));
  // A word that may be a Service's name is no answer to where a hidden host is.
  return { hosts: [...new Set(said ? certain : hidden ? [] : possible)], said, hidden };
}

const all = (pattern: RegExp, text: string) => [...text.matchAll(pattern)].map(([, host = ""]) => host);

/** Hosts of a list, without their ports; what is still a variable names nobody. */
function split(text: string): string[] {
  if (text.length > 1000) return [];
  const hosts = text.split(",").map((host) => host.trim().toLowerCase().replace(/:\d*$/, ""));
  return hosts.filter((host) => host !== "" && !/[$`(]/.test(host));
}

/** Suffixes that operators give the Services of a cluster. */
const SUFFIX = /-(rw|ro|r|primary|replicas?|ha|pgbouncer|pooler|repl)$/;

/** The databases that a host is of: `orders-ha` is the Service of that cluster, or else one of the cluster `orders`. */
function serversAt(host: string, namespace: Reading<string>, databases: Database[]): Database[] {
  const [service = "", second, ...rest] = host.split(".");
  const inAws = rest.join(".").endsWith("rds.amazonaws.com");
  // A host without a namespace is in the job's own.
  const place = inAws ? known("aws") : second === undefined ? namespace : known(second);
  const there = databases.filter(({ id }) => agree(id.namespace, place) !== false);
  const called = (name: string) => there.filter(({ id }) => id.name.state === "known" && id.name.value === name);
  const exact = called(service);
  return exact.length > 0 ? exact : called(service.replace(SUFFIX, ""));
}

/** Whether both are the same; undefined when one of them is not known. */
function agree(a: Reading<string>, b: Reading<string>): boolean | undefined {
  return a.state === "known" && b.state === "known" ? a.value === b.value : undefined;
}
