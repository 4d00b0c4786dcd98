import type { PolicyResource } from "@pulumi/policy";
import { readList, readPartly, readString, valueOr } from "../known";
import { recognizers } from "../recognizers";
import { dumpProgram, stringsIn } from "../recognizers/shared/dump-words";
import type { StackIndex } from "../stack/index-stack";
import { kubernetesKind } from "../stack/view";
import { serverInChart } from "./charts";
import { isBeside, namesPostgres, SERVER_IMAGE, wordsIn } from "./words";

/** What looks like PostgreSQL or like a backup of it, and which nothing here knows how to judge. */
export interface Suspect {
  urn: string;
  type: string;
  name: string;
  /** `a server`, `a backup`: with its article. */
  what: string;
  /** What tells. */
  why: string;
}

export function suspectsIn(index: StackIndex): Suspect[] {
  const { databases, backups, restoreTests, buckets, view } = index;
  const known = new Set([databases, backups, restoreTests, buckets].flatMap((facts) => facts.map(({ urn }) => urn)));
  return view.resources.flatMap((resource) => {
    const { urn, type, name } = resource;
    const looks = lookAt(type);
    if (!looks || known.has(urn)) return [];
    // A component holds nothing itself: what it declares is in the stack.
    if (resource.provider === undefined && view.childrenOf(urn).length > 0) return [];
    const found = looks(resource);
    return found ? [{ urn, type, name, ...found }] : [];
  });
}

type Found = Pick<Suspect, "what" | "why">;
type Look = (resource: PolicyResource) => Found | undefined;

const looks = new Map<string, Look | undefined>();

/** By the type alone, once for each: most types are nobody's concern. */
function lookAt(type: string): Look | undefined {
  if (looks.has(type)) return looks.get(type);
  const look = lookFor(type);
  looks.set(type, look);
  return look;
}

/** Types whose contents tell, and not their name. */
const BY_CONTENTS: [RegExp, Look][] = [
  [/^kubernetes:helm\.sh\/v3:Release$/, (resource) => inChart(resource, ["chart"], ["values"])],
  [
    /^kubernetes:helm\.toolkit\.fluxcd\.io\/[^:]+:HelmRelease$/,
    (resource) => inChart(resource, ["spec", "chart", "spec", "chart"], ["spec", "values"]),
  ],
  [/^kubernetes:argoproj\.io\/[^:]+:Application(Set)?$/, inApplication],
  [/^docker:index\/(container:Container|service:Service)$/, inContainer],
  [/^docker-build:/, () => undefined],
  [/^aws:ecs\/taskDefinition:TaskDefinition$/, inTask],
  [/^aws-native:ecs:TaskDefinition$/, inTask],
  [/^(command:(local|remote):Command|pulumi-nodejs:dynamic\b.*|pulumi-python:dynamic\b.*)$/, inScript],
];

/** Packages that never hold a server: they administer one, or look at it. */
const SILENT =
  /^(pulumi|restorable|postgresql|grafana|datadog|newrelic|pagerduty|random|tls|github|gitlab|vault|consul|auth0|okta)$/;

/** Of a known service, what is no server of its own is a part of one: an instance of an Aurora cluster. */
const KNOWN_SERVICES = /^(aws:(rds|backup)|gcp:sql)\//;

function lookFor(type: string): Look | undefined {
  const byContents = BY_CONTENTS.find(([types]) => types.test(type));
  if (byContents) return byContents[1];
  const [pkg = "", ...rest] = type.split(":");
  if (SILENT.test(pkg) || KNOWN_SERVICES.test(type) || recognizers.some(({ types }) => types.test(type)))
    return undefined;
  const kubernetes = kubernetesKind(type);
  if (pkg === "kubernetes") return kubernetes && lookForCustom(kubernetes);
  return lookForCloud(pkg, rest);
}

/** Kubernetes' own kinds are read by what they run, elsewhere; and of a known product all kinds are known. */
const KNOWN_GROUPS =
  /(^|\.)(cnpg\.io|k8s\.enterprisedb\.io|crunchydata\.com|acid\.zalan\.do|stackgres\.io|kubedb\.com|kubestash\.com|appscode\.com|k8up\.io|velero\.io|longhorn\.io|kubeblocks\.io|movetokube\.com|monitoring\.coreos\.com)$/;
const PERCONA_KINDS = /^PerconaPG(Backup|Restore|Upgrade)$/;

function lookForCustom({ group, kind }: { group: string; kind: string }): Look | undefined {
  if (!group.includes(".") || group.endsWith(".k8s.io") || KNOWN_GROUPS.test(group) || PERCONA_KINDS.test(kind))
    return undefined;
  const words = wordsIn(kind);
  const named = namesPostgres([...words, ...wordsIn(group)]);
  const what = words.some((word) => /^backups?$/.test(word)) ? "a backup" : "a server";
  if (named && !isBeside(words)) return always(what, `its kind is ${group}'s ${kind}`);
  if (!/(^|\W)(rds|sql|database|databases|db)(\W|$)/.test(group) && !/DB|Database|SQL/.test(kind)) return undefined;
  return isBeside(words) && !/^(Database|DB)$/.test(kind)
    ? undefined
    : ofEngine(what, [["spec"], ["spec", "forProvider"]]);
}

/** Services of clouds: their type names PostgreSQL, or it is one among the engines of a service for databases. */
function lookForCloud(pkg: string, rest: string[]): Look | undefined {
  const kind = rest.at(-1) ?? "";
  const words = wordsIn(kind);
  const place = wordsIn(rest.slice(0, -1).join(" "));
  const what = words.some((word) => /^backups?$|^snapshots?$/.test(word)) ? "a backup" : "a server";
  if (namesPostgres([pkg, ...place, ...words])) {
    if (isBeside(words)) return isEngined(words) ? ofEngine(what, [[]]) : undefined;
    // Of a cluster and its instances, the cluster is enough.
    return words.at(-1) === "instance" && place.includes("alloydb")
      ? undefined
      : always(what, `its type is ${pkg}'s ${kind}`);
  }
  const databases = [...place, ...words].some((word) =>
    /^(database|databases|db|dbs|dbaas|rds|sql|lightsail)$/.test(word),
  );
  return databases && (!isBeside(words) || isEngined(words)) ? ofEngine(what, [[]]) : undefined;
}

/** A `Database` may be a server of any engine, or a database on one that has none. */
const isEngined = (words: string[]) => /^(database|db)$/.test(words.at(-1) ?? "");

const always =
  (what: string, why: string): Look =>
  () => ({ what, why });

const ENGINES = [
  ...["engine", "engineName", "databaseVersion", "databaseEngine", "databaseType", "dbType", "dbEngine"],
  ...["blueprintId", "relationalDatabaseBlueprintId", "type", "serviceType", "engineId", "engineVersion"],
];

const CLUSTERS = ["dbClusterIdentifier", "dBClusterIdentifier", "clusterIdentifier", "clusterIdentifierRef"];

function ofEngine(what: string, places: string[][]): Look {
  return ({ props }) => {
    // An instance that names its cluster is a part of it.
    const part = places.some((place) => CLUSTERS.some((key) => readPartly(props, ...place, key) !== undefined));
    if (part) return undefined;
    const values = places.flatMap((place) => ENGINES.map((key) => readString(props, ...place, key)));
    const found = values.some((value) => value.state === "known" && /postgres|^pg$/i.test(value.value));
    return found ? { what, why: "its engine is PostgreSQL" } : undefined;
  };
}

function inChart({ props }: PolicyResource, chart: string[], values: string[]): Found | undefined {
  const name = valueOr(readString(props, ...chart), "");
  const why = serverInChart(name, readPartly(props, ...values));
  return why === undefined ? undefined : { what: "a server", why: `it installs ${why}` };
}

function inApplication({ props }: PolicyResource): Found | undefined {
  const specs = [["spec"], ["spec", "template", "spec"]];
  const sources = specs.flatMap((spec) => [
    readPartly(props, ...spec, "source"),
    ...readList(props, ...spec, "sources"),
  ]);
  for (const source of sources) {
    const name = ["chart", "path"].map((key) => valueOr(readString(source, key), "")).find((text) => text !== "");
    const values = readPartly(source, "helm", "valuesObject");
    const why = name === undefined ? undefined : serverInChart(name, values);
    if (why !== undefined) return { what: "a server", why: `it installs ${why}` };
  }
  return undefined;
}

/** By its image, and by what it runs. */
function inContainer({ props }: PolicyResource): Found | undefined {
  const image = [readString(props, "image"), readString(props, "taskSpec", "containerSpec", "image")]
    .map((reading) => valueOr(reading, ""))
    .join(" ");
  const backup = dumpProgram(readPartly(props, "command")) ?? dumpProgram(readPartly(props, "entrypoints"));
  if (backup !== undefined) return { what: "a backup", why: `it runs ${backup}` };
  if (SERVER_IMAGE.test(image.trim())) return { what: "a server", why: "its image is a PostgreSQL server's" };
  const mounted = stringsIn([readPartly(props, "volumes"), readPartly(props, "mounts")]);
  const volumes = mounted.some((text) => namesPostgres(wordsIn(text)) || /pgdata/i.test(text));
  return /backup/i.test(image) && volumes ? { what: "a backup", why: "it backs up a volume of PostgreSQL" } : undefined;
}

/** A task's containers are JSON in a string. */
function inTask({ props }: PolicyResource): Found | undefined {
  const text = valueOr(readString(props, "containerDefinitions"), "");
  const containers = text === "" ? readPartly(props, "containerDefinitions") : parsed(text);
  const backup = dumpProgram(containers);
  if (backup !== undefined) return { what: "a backup", why: `it runs ${backup}` };
  // A server's image is a client's as well, when something else is run in it.
  const images = readList({ containers }, "containers")
    .filter((one) => runsItsOwn(one))
    .map((one) => valueOr(readString(one, "image"), ""));
  return images.some((image) => SERVER_IMAGE.test(image))
    ? { what: "a server", why: "its image is a PostgreSQL server's" }
    : undefined;
}

function runsItsOwn(container: unknown): boolean {
  const [first] = [...readList(container, "entryPoint"), ...readList(container, "command")];
  return first === undefined || /^(.*\/)?(postgres|docker-entrypoint\.sh|-.*)$/.test(String(first));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function inScript({ props }: PolicyResource): Found | undefined {
  const program = dumpProgram(readPartly(props));
  return program === undefined ? undefined : { what: "a backup", why: `it runs ${program}` };
}
