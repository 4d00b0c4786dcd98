import { known, type Reading, readKeys, readList, readPartly, readString, UNKNOWN } from "../../known";
import type { Database } from "../../stack/facts";
import type { StackView } from "../../stack/view";

/** What a tool covers that backs up by namespace: every database of the stack that lies there. */
export interface Coverage {
  databases: Database[];
  /** It may cover others, or these only: a namespace, or what a selector selects, cannot be known. */
  doubtful: boolean;
}

/** The databases that run in Kubernetes. Those of clouds' services have the cloud where a namespace would be. */
function inKubernetes(view: StackView): Database[] {
  return view.databases.filter(({ product }) => !/^(AWS|Azure|Cloud SQL)/.test(product));
}

export function hasKubernetesDatabases(view: StackView): boolean {
  return inKubernetes(view).length > 0;
}

/** Namespaces as Velero names them: none or `*` is every one, and an excluded one is out, whoever includes it. */
export function databasesInNamespaces(included: unknown[], excluded: unknown[], view: StackView): Coverage {
  const databases: Database[] = [];
  let doubtful = included.includes(UNKNOWN);
  for (const database of inKubernetes(view)) {
    const { namespace } = database.id;
    if (namespace.state !== "known") {
      doubtful = true;
    } else if (!matches(excluded, namespace.value) && (included.length === 0 || matches(included, namespace.value))) {
      if (excluded.includes(UNKNOWN)) doubtful = true;
      else databases.push(database);
    }
  }
  return { databases, doubtful };
}

export function databasesInNamespace(namespace: Reading<string>, view: StackView): Coverage {
  return databasesInNamespaces([namespace.state === "known" ? namespace.value : UNKNOWN], [], view);
}

/** Whether a namespace is among those that are included, or may be. */
export function isNamespaceIncluded(namespace: Reading<string>, included: unknown[], excluded: unknown[]): boolean {
  if (namespace.state !== "known") return true;
  if (matches(excluded, namespace.value)) return false;
  return included.length === 0 || included.includes(UNKNOWN) || matches(included, namespace.value);
}

const namespaces = new WeakMap<Database[], Set<string>>();

/** Whether a database of the stack lies in this namespace; it may while one of both is not known. */
export function databasesNear(namespace: Reading<string>, { databases }: StackView): boolean {
  let places = namespaces.get(databases);
  if (!places) {
    places = new Set(databases.map(({ id }) => (id.namespace.state === "known" ? id.namespace.value : "?")));
    namespaces.set(databases, places);
  }
  return places.size > 0 && (namespace.state !== "known" || places.has("?") || places.has(namespace.value));
}

/** Velero takes globs in namespaces. */
function matches(patterns: unknown[], namespace: string): boolean {
  return patterns.some((pattern) => {
    if (typeof pattern !== "string") return false;
    const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`).test(namespace);
  });
}

/**
 * `coverage` narrowed by label selectors. Operators put a cluster's name into a label of everything they make
 * (`cnpg.io/cluster: orders`), so a selector that asks for the name asks for the database. What any other one selects
 * cannot be told from here.
 */
export function selectedBy(selectors: unknown[], coverage: Coverage): Coverage {
  const given = selectors.filter((selector) => selector === UNKNOWN || readKeys(selector).length > 0);
  if (given.length === 0) return coverage;
  const asked = given.flatMap(valuesOf);
  const databases = coverage.databases.filter(({ id }) => id.name.state === "known" && asked.includes(id.name.value));
  const lost = databases.length === 0 && coverage.databases.length > 0;
  return { databases, doubtful: coverage.doubtful || lost || asked.includes(UNKNOWN) };
}

/** The values that a selector asks for; `NotIn` and the like ask for everything else. */
function valuesOf(selector: unknown): unknown[] {
  if (selector === UNKNOWN) return [UNKNOWN];
  const labels = readPartly(selector, "matchLabels");
  const expressions = readList(selector, "matchExpressions");
  const values = labels === UNKNOWN ? [UNKNOWN] : readKeys(labels).map((key) => readPartly(labels, key));
  const sets = expressions.map((expression) => {
    if (expression === UNKNOWN) return [UNKNOWN];
    const operator = readString(expression, "operator");
    return operator.state === "known" && operator.value !== "In" ? [] : readList(expression, "values");
  });
  return [...values, ...sets.flat()];
}

/** Suffixes that operators give to a cluster's Services. */
const SERVICE = "(-(rw|ro|r|primary|replica|replicas|ha|pgbouncer|repl))?";

/** The databases whose host stands in `words`: `orders-rw`, `orders-primary.shop.svc`. */
export function databasesNamedIn(words: string[], view: StackView): Database[] {
  return inKubernetes(view).filter(({ id }) => {
    if (id.name.state !== "known") return false;
    const literal = id.name.value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const host = new RegExp(`(?<![\\w-])${literal}${SERVICE}(?![\\w-])`);
    return words.some((word) => host.test(word));
  });
}

/**
 * The database to which a PersistentVolumeClaim of this name belongs, by the names that operators give to claims:
 * `orders-1` (CloudNativePG), `pgdata-orders-0` (Zalando), `data-orders-0` (Bitnami, KubeDB), `orders-data-orders-0`
 * (StackGres), `orders-instance1-x7kq-pgdata` (Crunchy PGO).
 */
export function databaseOfClaim(
  namespace: Reading<string>,
  claim: Reading<string>,
  view: StackView,
): Database | undefined {
  if (claim.state !== "known" || namespace.state !== "known") return undefined;
  const { databases } = databasesInNamespace(known(namespace.value), view);
  const belonging = databases.filter(({ id }) => id.name.state === "known" && isClaimOf(claim.value, id.name.value));
  // A claim of `orders-eu` may look like one of `orders`, too: the longest name is the nearest.
  return belonging.sort((a, b) => nameLength(b) - nameLength(a))[0];
}

const nameLength = ({ id }: Database) => (id.name.state === "known" ? id.name.value.length : 0);

function isClaimOf(claim: string, name: string): boolean {
  const literal = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const shapes = [
    `${literal}-\\d+(-wal|-tbs-.+)?`,
    `(${literal}-)?(pg)?data-${literal}(-(primary|read|postgresql))?-\\d+`,
    `${literal}-[a-z0-9-]+-pg(data|wal)`,
  ];
  return new RegExp(`^(${shapes.join("|")})$`).test(claim);
}
