import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type StorageDescriptor, TYPE_TOKENS } from "../../model/descriptor";
import { deploymentJob } from "../kubernetes/jobs";
import { labels } from "../kubernetes/labels";
import { validated } from "../validate";
import { type NfsStorageUse, nfsStorageAccess } from "./nfs/access";
import { INIT_SECONDS, initJobSpec } from "./nfs/init-job";
import { isEncrypted } from "./nfs/mount-options";
import { clonedSource, mountOptionsOf, pathWithin, type VolumeSource, type VolumeUse } from "./nfs/volume-source";
import { type NfsBackupStorageArgs, type NfsStorageDeclaration, nfsStorageSchemaFor } from "./nfs-backup-storage-args";
import { type StorageAccessArgs, storageAccessField, writerId } from "./storage-access";

/**
 * A folder on an NFS server for backups, and one claim for each use of it: backups write, drills read, and evidence goes
 * to its own folder, which is all that its volume is. A Job marks the volume as a storage and tries it out: without the mark no Job ever stores anything.
 */
export class NfsBackupStorage extends pulumi.ComponentResource {
  static readonly __pulumiType: string = TYPE_TOKENS.nfsStorage;
  /** For backups. A LogicalBackup takes plain values: `nfsStorageAccess` gives the same. */
  declare public readonly writer: pulumi.Output<StorageAccessArgs>;
  /** For drills, which read backups. */
  declare public readonly reader: pulumi.Output<StorageAccessArgs>;
  /** For drills, which store evidence. */
  declare public readonly evidence: pulumi.Output<StorageAccessArgs>;
  /** For pruning, in the source's namespace. */
  declare public readonly pruner: pulumi.Output<StorageAccessArgs>;

  constructor(name: string, args: NfsBackupStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    if (opts?.urn) {
      super(TYPE_TOKENS.nfsStorage, name, {}, opts);
      return;
    }
    const storage = validated(nfsStorageSchemaFor(name), args, "NfsBackupStorage", name);
    super(TYPE_TOKENS.nfsStorage, name, storage, opts);
    const claims =
      storage.storageClass === undefined ? exported(name, storage, this) : provisioned(name, storage, this);

    // Known at preview, and there only once the volume is a storage and the claim is bound: whoever uses one waits for it.
    const access = (use: NfsStorageUse) =>
      pulumi.all(claims.map(({ urn }) => urn)).apply(() => nfsStorageAccess(name, use));
    this.writer = access("writer");
    this.reader = access("reader");
    this.evidence = access("evidence");
    this.pruner = access("pruner");
    this.registerOutputs({
      descriptor: descriptorOf(name, storage),
      writer: this.writer,
      reader: this.reader,
      evidence: this.evidence,
      pruner: this.pruner,
    });
  }
}

/** An export that is there already: each use has a volume of its own for it. */
function exported(name: string, storage: NfsStorageDeclaration, parent: pulumi.Resource): pulumi.Resource[] {
  const { server = "", path = "", mountOptions } = storage;
  const claimFor = (use: NfsStorageUse) => {
    const { readOnly, within } = volumeUse(storage, use);
    const nfs = { server, path: pathWithin(path, within), readOnly };
    return staticClaim(name, storage, use, { ...mountOptionsOf(mountOptions, readOnly), nfs }, parent);
  };
  const writer = claimFor("writer");
  const ready = initialised(name, storage, writer, parent);
  return [writer, ready, claimFor("pruner"), claimFor("reader"), claimFor("evidence")];
}

/**
 * A volume that a storage class makes for the writer's claim, perhaps only when a pod, here the initialising Job's, asks
 * for it. Then the other uses get volumes of their own for the same folder.
 */
function provisioned(name: string, storage: NfsStorageDeclaration, parent: pulumi.Resource): pulumi.Resource[] {
  const { storageClass, sourceNamespace, deletionProtection: protect } = storage;
  const writer = new k8s.core.v1.PersistentVolumeClaim(
    `${name}-writer`,
    {
      metadata: { name: `${name}-writer`, namespace: sourceNamespace, labels: labels("storage", name) },
      spec: { ...claimSpec(storage), storageClassName: storageClass },
    },
    { parent, protect },
  );
  const ready = initialised(name, storage, writer, parent);
  const claimId = ready.id.apply(() => `${sourceNamespace}/${name}-writer`);
  const bound = k8s.core.v1.PersistentVolumeClaim.get(`${name}-bound`, claimId, { parent });
  const volume = k8s.core.v1.PersistentVolume.get(`${name}-volume`, bound.spec.volumeName, { parent });
  const kept = new k8s.core.v1.PersistentVolumePatch(
    `${name}-retain`,
    {
      metadata: { name: bound.spec.volumeName, annotations: { "pulumi.com/patchForce": "true" } },
      spec: { persistentVolumeReclaimPolicy: "Retain" },
    },
    // Whatever becomes of the stack, the class must not delete the files with the claim.
    { parent, retainOnDelete: true },
  );
  const subject = `NfsBackupStorage "${name}"`;
  const claimFor = (use: NfsStorageUse) => {
    const source = volume.spec.apply((spec) => clonedSource(spec, volumeUse(storage, use), subject));
    return staticClaim(name, storage, use, source, parent);
  };
  return [writer, ready, kept, claimFor("pruner"), claimFor("reader"), claimFor("evidence")];
}

/** Drills get volumes in which they can do no harm: backups read-only, and the folder of the evidence, which the Job makes. */
function volumeUse({ prefix }: NfsStorageDeclaration, use: NfsStorageUse): VolumeUse {
  return { name: use, readOnly: use === "reader", ...(use === "evidence" ? { within: `${prefix}evidence` } : {}) };
}

/** One use's claim, and the volume that nobody else can claim. */
function staticClaim(
  name: string,
  storage: NfsStorageDeclaration,
  use: NfsStorageUse,
  source: pulumi.Input<VolumeSource>,
  parent: pulumi.Resource,
): k8s.core.v1.PersistentVolumeClaim {
  const { sourceNamespace, drillNamespace, size, accessMode, deletionProtection: protect } = storage;
  const namespace = use === "reader" || use === "evidence" ? drillNamespace : sourceNamespace;
  const claim = { name: `${name}-${use}`, namespace };
  // Volumes belong to the whole cluster: another namespace may use the storage's name, too.
  const volumeName = `${namespace}-${name}-${use}`;
  const spec = pulumi.output(source).apply((of) => ({
    ...of,
    capacity: { storage: size },
    accessModes: [accessMode],
    persistentVolumeReclaimPolicy: "Retain",
    storageClassName: "",
    claimRef: claim,
  }));
  const volume = new k8s.core.v1.PersistentVolume(
    `${name}-${use}`,
    { metadata: { name: volumeName, labels: labels("storage", name) }, spec },
    { parent, protect },
  );
  return new k8s.core.v1.PersistentVolumeClaim(
    `${name}-${use}`,
    {
      metadata: { ...claim, labels: labels("storage", name) },
      spec: { ...claimSpec(storage), storageClassName: "", volumeName },
    },
    { parent, protect, dependsOn: [volume] },
  );
}

function claimSpec({ size, accessMode }: NfsStorageDeclaration) {
  return { accessModes: [accessMode], resources: { requests: { storage: size } } };
}

function initialised(name: string, storage: NfsStorageDeclaration, writer: pulumi.Resource, parent: pulumi.Resource) {
  const common = labels("storage", name);
  const spec = initJobSpec(name, storage, common);
  const job = { namespace: storage.sourceNamespace, baseName: `${name}-init`, labels: common, spec };
  return deploymentJob(`${name}-init`, job, INIT_SECONDS, { parent, dependsOn: [writer] });
}

function descriptorOf(name: string, storage: NfsStorageDeclaration): StorageDescriptor {
  const { server, path, storageClass, mountOptions, sourceNamespace, drillNamespace } = storage;
  const access = (use: NfsStorageUse, namespace: string) =>
    writerId(storageAccessField.parse(nfsStorageAccess(name, use)), namespace);
  const host = server?.includes(":") ? `[${server}]` : server;
  return {
    kind: "storage",
    version: 1,
    storage: "nfs",
    endpoint: storageClass === undefined ? `nfs://${host}${path}` : `storage-class://${storageClass}`,
    tls: storageClass === undefined && isEncrypted(mountOptions),
    writers: [access("writer", sourceNamespace)],
    readers: [access("reader", drillNamespace)],
  };
}
