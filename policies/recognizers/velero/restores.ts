import type { PolicyResource } from "@pulumi/policy";
import { hasUnknown, type Reading, readList, readPartly, readString, unknown } from "../../known";
import type { Backup, RestoreTest } from "../../stack/facts";
import { kubernetesKind, kubernetesNamespace, kubernetesServer, type StackView, sameServer } from "../../stack/view";

/** A Velero Restore brings volumes back and looks at nothing; most bring them back to where they came from. */
export function veleroRestores(resource: PolicyResource, view: StackView): RestoreTest[] {
  const restored = restoredBackups(resource, view);
  if (restored.length === 0) return [];
  const aim = target(resource, restored, view);
  return [
    {
      urn: resource.urn,
      name: resource.name,
      what: "a Velero Restore",
      origin: view.origin(resource),
      covers: restored.map(({ urn }) => urn),
      doesNotCount: `it checks nothing, and ${aim}`,
      overSource: aim.startsWith(OVER),
      copies: restored[0]?.stores[0]?.location ?? unknown("the backup's store"),
      schedules: [],
    },
  ];
}

/** By name; a Restore of a Schedule's run names the Schedule, or a Backup that has the Schedule's name and a time. */
function restoredBackups(resource: PolicyResource, view: StackView): Backup[] {
  const named = (key: string) => ({
    namespace: kubernetesNamespace(resource),
    name: readString(resource.props, "spec", key),
  });
  return view.backups.filter(({ urn }) => {
    const source = [...view.ofKind("velero.io", "Schedule"), ...view.ofKind("velero.io", "Backup")].find(
      (candidate) => candidate.urn === urn,
    );
    if (!source) return false;
    const server = kubernetesServer(source);
    if (kubernetesKind(source.type)?.kind === "Backup") return sameServer(named("backupName"), server);
    return sameServer(named("scheduleName"), server) || isRunOf(named("backupName").name, server.name);
  });
}

function isRunOf(backup: Reading<string>, schedule: Reading<string>): boolean {
  if (backup.state !== "known" || schedule.state !== "known") return false;
  const rest = backup.value.startsWith(`${schedule.value}-`) ? backup.value.slice(schedule.value.length + 1) : "";
  return /^\d{14}$/.test(rest);
}

const OVER = "it restores over what runs";

/** Where it restores to: namespaces that the mapping leaves out are restored into themselves. */
function target(resource: PolicyResource, restored: Backup[], view: StackView): string {
  const mapping = readPartly(resource.props, "spec", "namespaceMapping");
  if (hasUnknown(mapping)) return "where it restores to is unknown at preview";
  if (mapping === undefined) return `${OVER}: it has no namespaceMapping`;
  const urns = restored.flatMap(({ databaseUrns }) => databaseUrns);
  const included = readList(resource.props, "spec", "includedNamespaces");
  const living = view.databases
    .filter(({ urn }) => urns.includes(urn))
    .flatMap(({ id }) => (id.namespace.state === "known" ? id.namespace.value : []))
    .filter((namespace) => included.length === 0 || included.includes(namespace) || included.includes("*"));
  const kept = living.find((namespace) => {
    const to = readPartly(mapping, namespace);
    return to === undefined || to === namespace;
  });
  if (kept !== undefined) return `${OVER}: its namespaceMapping leaves ${kept} where it is`;
  return "it restores into another namespace, where nobody looks at the data";
}
