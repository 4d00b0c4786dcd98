import type { PolicyResource } from "@pulumi/policy";
import { known, readString } from "../known";
import type { Backup, ServerId } from "./facts";
import type { StackView } from "./view";

/** The annotation with which a program says of which server a backup is that names none: `namespace/name`. */
export const SERVER_ANNOTATION = "restorable/server";

/** `backup` with the server that its resource declares, where nothing else says of which one it is. */
export function withDeclaredServer(backup: Backup, resource: PolicyResource, view: StackView): Backup {
  if (backup.server !== undefined || backup.databaseUrns.length > 0) return backup;
  const server = declaredServer(resource);
  if (!server) return backup;
  const database = view.database(server);
  return { ...backup, server, databaseUrns: database ? [database.urn] : [] };
}

function declaredServer(resource: PolicyResource): ServerId | undefined {
  const said = readString(resource.props, "metadata", "annotations", SERVER_ANNOTATION);
  const [namespace, name, ...rest] = said.state === "known" ? said.value.split("/") : [];
  return namespace && name && rest.length === 0 ? { namespace: known(namespace), name: known(name) } : undefined;
}
