import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, firstSaid, known, map, readBoolean, readNumber, readString, unknown } from "../../known";
import type { Backup, Bucket, Database, Store } from "../../stack/facts";
import type { Recognizer } from "../../stack/recognizer";
import { type StackView, serverText } from "../../stack/view";
import { type PlanRule, VAULT, type VaultReference } from "./backup-plan";
import { type ProtectedDatabase, protectedDatabases } from "./databases";
import { storageEncrypted } from "./rds";
import { RESTORE_TESTING_PLAN, restoreTests } from "./restore-testing";
import { rulesFor, SELECTION, selects } from "./selection";
import { every, largest, some, withDefault } from "./values";

const LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration";

/** AWS Backup: its vaults, its plans by the selections that put databases into them, and its restore testing plans. */
export const awsBackup: Recognizer = {
  types: /^aws:backup\/(vault:Vault|selection:Selection|restoreTestingPlan:RestoreTestingPlan)$/,
  buckets: (resource, view) => (resource.type === VAULT ? [vault(resource, view)] : []),
  backups: (resource, view) => (resource.type === SELECTION ? backups(resource, view) : []),
  restoreTests: (resource, view) => (resource.type === RESTORE_TESTING_PLAN ? restoreTests(resource, view) : []),
};

/** What holds of every vault is from "Backup vaults" and "AWS Backup Vault Lock" in the AWS Backup Developer Guide. */
function vault(resource: PolicyResource, view: StackView): Bucket {
  const { urn, name, props, opts } = resource;
  const locks = view.referring([LOCK], "backupVaultName", resource, readString(props, "name"));
  const shortest = locks.map((lock) => map(readNumber(lock.props, "minRetentionDays"), (days) => days > 0));
  return {
    urn,
    name,
    what: "an AWS Backup vault",
    origin: view.origin(resource),
    bucket: readString(props, "name"),
    // It has a KMS key always: without a `kmsKeyArn`, the one that AWS manages for AWS Backup.
    encrypted: known(true),
    // Recovery points cannot be read from outside, and a new one never replaces one that is there.
    private: known(true),
    versioned: known(true),
    // A lock keeps everybody from deleting recovery points; how long they have to be kept, its minimum says.
    immutable: withDefault(firstSaid(shortest), false),
    lockEnabled: known(locks.length > 0),
    expirySeconds: ABSENT,
    forceDestroy: withDefault(readBoolean(props, "forceDestroy"), false),
    keepsItself: true,
    protect: opts.protect,
  };
}

/**
 * The backup that a selection makes of databases of this stack. If it may select some and nobody can say which, it is an
 * uncertain backup of none: what may be backed up does not count as backed up.
 */
function backups(selection: PolicyResource, view: StackView): Backup[] {
  const answers = protectedDatabases(view).map((database) => ({ database, answer: selects(selection, database) }));
  const selected = answers.flatMap(({ database, answer }) => (answer === "yes" ? database : []));
  if (selected.length === 0 && !answers.some(({ answer }) => answer === "unknown")) return [];
  return [backup(selection, selected, rulesFor(selection, view), view)];
}

function backup(selection: PolicyResource, selected: ProtectedDatabase[], rules: PlanRule[], view: StackView): Backup {
  const only = selected.length === 1 ? selected[0]?.fact : undefined;
  return {
    urn: selection.urn,
    name: selection.name,
    what: "an AWS Backup selection",
    origin: view.origin(selection),
    id: `${serversText(selected.map(({ fact }) => fact))} (AWS Backup selection ${selection.name})`,
    server: only?.id,
    database: known("*"),
    databaseUrns: selected.map(({ fact }) => fact.urn),
    method: "managed",
    certain: selected.length > 0,
    schedules: rules.map(({ schedule }) => schedule),
    continuous: some(rules.map(({ continuous }) => continuous)),
    deadlineSeconds: largest(rules.map(({ deadlineSeconds }) => deadlineSeconds)),
    // A plan keeps what its longest rule keeps.
    retention: { count: ABSENT, seconds: largest(rules.map(({ seconds }) => seconds)), elsewhere: false },
    stores: stores(rules, selected),
    images: [],
    plainText: [],
  };
}

function serversText(databases: Database[]): string {
  const [first, second] = databases;
  if (!first) return "aws/?";
  return second ? "aws/*" : serverText(first.id);
}

/** Each vault once. It and the database may be lost one without the other: it is not on the database's storage. */
function stores(rules: PlanRule[], selected: ProtectedDatabase[]): Store[] {
  // Snapshots of RDS and Aurora are encrypted if their database is, whatever the vault's key: "Encryption for backups in
  // AWS Backup".
  const encrypted =
    selected.length === 0 ? unknown("resources") : every(selected.map(({ resource }) => storageEncrypted(resource)));
  const vaults = rules.flatMap(({ vault, copies }) => [vault, ...copies]);
  const keys = vaults.map(keyOf);
  return vaults
    .filter((_, index) => keys.indexOf(keys[index] as string) === index)
    .map(({ name, urns }) => ({
      kind: "aws-backup",
      location: known("outside"),
      bucket: name,
      bucketUrns: urns,
      encrypted,
    }));
}

const keyOf = ({ name, urns }: VaultReference) => JSON.stringify([name, urns]);
