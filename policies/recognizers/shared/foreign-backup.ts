import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known } from "../../known";
import type { Backup, Database, ServerId } from "../../stack/facts";
import { kubernetesServer, type StackView, serverText } from "../../stack/view";

/** What a recognizer says of a backup; the rest is the same for every tool that has nothing to say about it. */
export type Said = Pick<Backup, "what" | "method" | "certain" | "schedules" | "retention" | "stores"> & Partial<Backup>;

/**
 * The fact of a backup of `databases` that a resource of a backup tool declares. `label` names it for people:
 * `Velero Schedule nightly`.
 */
export function foreignBackup(
  resource: PolicyResource,
  label: string,
  databases: Database[],
  view: StackView,
  said: Said,
): Backup {
  return {
    urn: resource.urn,
    name: resource.name,
    origin: view.origin(resource),
    id: backupId(resource, label, databases, said.server),
    server: databases.length === 1 ? databases[0]?.id : undefined,
    // Volumes hold the whole server; of which database a dump is, only its command knows.
    database: said.method === "logical" ? ABSENT : known("*"),
    databaseUrns: databases.map(({ urn }) => urn),
    continuous: known(false),
    deadlineSeconds: ABSENT,
    images: [],
    plainText: [],
    ...said,
  };
}

/** `app/orders (Velero Schedule nightly)`; of several databases the first three; of none, the resource's own name. */
function backupId(resource: PolicyResource, label: string, databases: Database[], server?: ServerId): string {
  const names = databases.map(({ id }) => serverText(id));
  const rest = names.length > 3 ? ` and ${names.length - 3} more` : "";
  if (names.length > 0) return `${names.slice(0, 3).join(", ")}${rest} (${label})`;
  return `${serverText(server ?? kubernetesServer(resource))} (${label})`;
}
