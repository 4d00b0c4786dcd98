import type { PolicyResource } from "@pulumi/policy";
import type { ClusterDescriptor, DrillDescriptor, StorageDescriptor } from "../../model/descriptor";
import { recognizers } from "../recognizers";
import { drillsOf } from "./copies";
import { type Declared, declarationsOf, type OwnBackupDescriptor } from "./declared";
import { withDeclaredServer } from "./declared-server";
import type { Backup, Bucket, Database, RestoreTest } from "./facts";
import type { Recognizer } from "./recognizer";
import { StackView } from "./view";

/** What the rules look at, read once from the stack's resources and shared by all of them. */
export interface StackIndex {
  view: StackView;
  /** What this library's components registered. */
  clusters: Declared<ClusterDescriptor>[];
  storages: Declared<StorageDescriptor>[];
  ownBackups: Declared<OwnBackupDescriptor>[];
  /** One for each copy that is drilled: a drill of two copies stands here twice. */
  drills: Declared<DrillDescriptor>[];
  /** What the stack declares, whoever declared it: this library's components among the others. */
  databases: Database[];
  buckets: Bucket[];
  backups: Backup[];
  restoreTests: RestoreTest[];
}

export function indexStack(resources: PolicyResource[]): StackIndex {
  const view = new StackView(resources);
  const pairs = pairsOf(resources);
  view.databases = pairs.flatMap(([resource, { databases }]) => databases?.(resource, view) ?? []);
  view.buckets = pairs.flatMap(([resource, { buckets }]) => buckets?.(resource, view) ?? []);
  view.backups = pairs.flatMap(([resource, { backups }]) =>
    (backups?.(resource, view) ?? []).map((backup) => withDeclaredServer(backup, resource, view)),
  );
  const restoreTests = pairs.flatMap(([resource, { restoreTests }]) => restoreTests?.(resource, view) ?? []);
  const { databases, buckets, backups } = view;
  const declarations = declarationsOf(resources);
  const drills = declarations.drills.flatMap(drillsOf);
  return { view, ...declarations, drills, databases, buckets, backups, restoreTests };
}

/** Each resource with each recognizer that speaks for its type. Most types have none. */
function pairsOf(resources: PolicyResource[]): [PolicyResource, Recognizer][] {
  const byType = new Map<string, Recognizer[]>();
  const pairs: [PolicyResource, Recognizer][] = [];
  for (const resource of resources) {
    let speaking = byType.get(resource.type);
    if (!speaking) {
      speaking = recognizers.filter(({ types }) => types.test(resource.type));
      byType.set(resource.type, speaking);
    }
    for (const recognizer of speaking) pairs.push([resource, recognizer]);
  }
  return pairs;
}
