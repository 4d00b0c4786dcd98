import type * as postgresql from "@pulumi/postgresql";
import type * as pulumi from "@pulumi/pulumi";
import type { RestorePathArgs, TargetArgs } from "../restore-path-args";
import type { RestorableDeclaration, RestorablePostgresArgs } from "./restorable-postgres-args";
import type { DeclaredStore } from "./stores";

/** What all databases of a cluster share. */
export interface Surroundings {
  /** The cluster's name. */
  name: string;
  args: RestorablePostgresArgs;
  /** The same with defaults filled in, as far as the parts must agree on them. */
  declared: RestorableDeclaration;
  drillNamespace: string;
  primary: DeclaredStore;
  offSite: DeclaredStore | undefined;
  /** How databases, roles and grants are made; undefined: they are not. */
  connection: postgresql.Provider | undefined;
  parent: pulumi.Resource;
  /** What must be there before a backup: the cluster, the drills' namespace, the storages. */
  dependsOn: pulumi.Resource[];
}

/** What backup and drill of a database have in common. */
export interface Shared {
  environment: string;
  stack: string | undefined;
  target: TargetArgs;
  source: { host: string };
  restorePath: RestorePathArgs;
}
