import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, type Reading, read, readString } from "../known";
import { makerOf } from "./authorship";
import type { Backup, Bucket, Database, ServerId } from "./facts";

/** Group and kind of a Kubernetes resource, from its type token; `Patch` resources count as what they patch. */
export function kubernetesKind(type: string): { group: string; kind: string } | undefined {
  const match = /^kubernetes:([^/:]+)(?:\/[^:]+)?:(\w+?)(?:Patch)?$/.exec(type);
  return match?.[1] && match[2] ? { group: match[1], kind: match[2] } : undefined;
}

/** `group/kind`, as the view finds resources by it. */
const kubernetesKey = (group: string, kind: string) => `${group}/${kind}`;

/** One key for one object of a cluster; undefined while a part of its name is not known. */
function nameKey(group: string, kind: string, { namespace, name }: ServerId): string | undefined {
  if (namespace.state !== "known" || name.state !== "known") return undefined;
  return JSON.stringify([group, kind, namespace.value, name.value]);
}

/** The name that a Kubernetes resource has in its cluster. */
export function kubernetesName(resource: PolicyResource): Reading<string> {
  return readString(resource.props, "metadata", "name");
}

/** A Kubernetes resource's namespace. Without one it is `default`, as the provider has it. */
export function kubernetesNamespace(resource: PolicyResource): Reading<string> {
  const namespace = readString(resource.props, "metadata", "namespace");
  if (namespace.state !== "absent") return namespace;
  const ofProvider = readString(resource.provider?.props ?? {}, "namespace");
  return ofProvider.state === "absent" ? known("default") : ofProvider;
}

export function kubernetesServer(resource: PolicyResource): ServerId {
  return { namespace: kubernetesNamespace(resource), name: kubernetesName(resource) };
}

/** Both known and equal. */
export function sameReading(a: Reading<string>, b: Reading<string>): boolean {
  return a.state === "known" && b.state === "known" && a.value === b.value;
}

export function sameServer(a: ServerId, b: ServerId): boolean {
  return sameReading(a.namespace, b.namespace) && sameReading(a.name, b.name);
}

/** `namespace/name` for people; what is not known is `?`. */
export function serverText({ namespace, name }: ServerId): string {
  const text = (reading: Reading<string>) => (reading.state === "known" ? reading.value : "?");
  return `${text(namespace)}/${text(name)}`;
}

/** A stack's resources, and the questions that recognizers ask about them. */
export class StackView {
  /** Filled as recognition goes on: databases and buckets are known when backups are read, backups when tests are. */
  databases: Database[] = [];
  buckets: Bucket[] = [];
  backups: Backup[] = [];
  private readonly byType = new Map<string, PolicyResource[]>();
  private readonly byKind = new Map<string, PolicyResource[]>();
  private readonly byName = new Map<string, PolicyResource>();
  private byUrn: Map<string, PolicyResource> | undefined;
  private readonly byParent = new Map<string, PolicyResource[]>();

  constructor(readonly resources: PolicyResource[]) {
    const add = (index: Map<string, PolicyResource[]>, key: string, resource: PolicyResource) => {
      const there = index.get(key);
      if (there) there.push(resource);
      else index.set(key, [resource]);
    };
    for (const resource of resources) {
      add(this.byType, resource.type, resource);
      const kind = kubernetesKind(resource.type);
      if (kind) {
        add(this.byKind, kubernetesKey(kind.group, kind.kind), resource);
        const key = nameKey(kind.group, kind.kind, kubernetesServer(resource));
        if (key !== undefined && !this.byName.has(key)) this.byName.set(key, resource);
      }
      if (resource.parent) add(this.byParent, resource.parent.urn, resource);
    }
  }

  /** Every resource of this type token, such as `aws:s3/bucketVersioning:BucketVersioning`. */
  ofType(type: string): PolicyResource[] {
    return this.byType.get(type) ?? [];
  }

  /** Every Kubernetes resource of this kind, of whatever version. */
  ofKind(group: string, kind: string): PolicyResource[] {
    return this.byKind.get(kubernetesKey(group, kind)) ?? [];
  }

  /** The Kubernetes resource of this name, if both names are known. */
  named(group: string, kind: string, server: ServerId): PolicyResource | undefined {
    const key = nameKey(group, kind, server);
    return key === undefined ? undefined : this.byName.get(key);
  }

  /** The resource with this URN. */
  resource(urn: string): PolicyResource | undefined {
    this.byUrn ??= new Map(this.resources.map((resource) => [resource.urn, resource]));
    return this.byUrn.get(urn);
  }

  childrenOf(urn: string): PolicyResource[] {
    return this.byParent.get(urn) ?? [];
  }

  /**
   * Those of `types` that refer to `target` by `property` (a dotted path): because its value is `value`, or because the
   * program took it from `target`, which is all that is known of an identifier before its resource exists.
   */
  referring(types: string[], property: string, target: PolicyResource, value: Reading<string> = ABSENT) {
    return types
      .flatMap((type) => this.ofType(type))
      .filter((resource) => this.refersTo(resource, property, target, value));
  }

  /** Whether `resource` refers to `target` by `property`; see `referring`. */
  refersTo(resource: PolicyResource, property: string, target: PolicyResource, value: Reading<string> = ABSENT) {
    const reading = read(resource.props, ...property.split("."));
    if (reading.state === "known" && value.state === "known")
      return Array.isArray(reading.value) ? reading.value.includes(value.value) : reading.value === value.value;
    const key = property.split(".")[0] ?? property;
    return (resource.propertyDependencies[key] ?? []).some((dependency) => dependency.urn === target.urn);
  }

  /** Ours is what one of our components made itself; whatever else stands below one is its own declarer's. */
  origin(resource: PolicyResource): "restorable" | "foreign" {
    return makerOf(resource) ? "restorable" : "foreign";
  }

  /** The database of this identity, if it is in the stack. */
  database(server: ServerId): Database | undefined {
    return this.databases.find(({ id }) => sameServer(id, server));
  }
}
