import type {
  BackupDescriptor,
  CopyDescriptor,
  RestoreDrillDescriptor,
  RetentionDescriptor,
} from "../../model/descriptor";
import { TEMPORARY_SERVER_SCRIPT } from "../../model/temporary-server";

/** What a container must be. Others than those named have no place in the pod. */
export interface ExpectedContainer {
  image: string;
  /** Absent: the image's own. */
  command?: string[];
  args?: string[];
  /** It may be missing: only some Jobs have it. */
  optional?: boolean;
}

/** What the children of a component must be for its descriptor to be true. */
export interface Expected {
  schedule?: string;
  timeZone?: string;
  suspend: boolean;
  containers: Record<string, ExpectedContainer>;
  /** The same of a Deployment, where there is one. @default there is none */
  deployment?: Record<string, ExpectedContainer>;
  /** Values of the config, by their dotted path. Undefined: it must not be there. */
  config: Record<string, unknown>;
}

const agent = (image: string, command: string): ExpectedContainer => ({ image, args: [command] });

export function ofBackup(backup: BackupDescriptor): Expected {
  const { schedule, timeZone, image, environment, target, fingerprint, retentionSeconds, prefix, writer } = backup;
  return {
    ...{ schedule, timeZone, suspend: false },
    containers: { backup: agent(image, "backup") },
    config: {
      ...{ environment, target, fingerprint, retentionSeconds },
      ...(prefix === undefined ? {} : { prefix }),
      "restorePath.images.agent": image,
      ...bucketOf("storage", writer),
    },
  };
}

export function ofCopy(copy: CopyDescriptor): Expected {
  const { schedule, timeZone, image, target, retentionSeconds, prefix, writer } = copy;
  return {
    ...{ schedule, timeZone, suspend: false },
    containers: { copy: agent(image, "copy") },
    config: {
      target,
      maxAgeSeconds: retentionSeconds,
      ...(prefix === undefined ? {} : { "to.prefix": prefix }),
      ...bucketOf("to.storage", writer),
    },
  };
}

export function ofRetention(retention: RetentionDescriptor): Expected {
  const { schedule, timeZone, image, target, copy, retentionSeconds, keep, dryRun } = retention;
  const kept = Object.fromEntries(Object.entries(keep).map(([rule, count]) => [`retention.${rule}`, count]));
  return {
    ...{ schedule, timeZone, suspend: false },
    containers: { prune: agent(image, "prune") },
    config: { target, copy, dryRun, "retention.keepSeconds": retentionSeconds, ...kept },
  };
}

/** `name`: the component's, which is its CronJob's. */
export function ofDrill(drill: RestoreDrillDescriptor, name: string): Expected {
  const { schedule } = drill.triggers;
  const { environment, stack, target, restorePath, fingerprint, objectives, offSite, attestation } = drill;
  const { reader, prefix } = drill;
  const { server, agent: image } = restorePath.images;
  return {
    ...(schedule === undefined ? {} : { schedule }),
    suspend: schedule === undefined,
    containers: {
      server: { image: server, command: ["/bin/sh", "-c", TEMPORARY_SERVER_SCRIPT] },
      drill: agent(image, "drill"),
      signer: { ...agent(image, "sign"), optional: true },
      commands: { ...agent(image, "commands"), optional: true },
    },
    // What makes the drills that backups ask for: it may have anything run there.
    deployment: {
      starter: { image, args: ["start-drills", "--namespace", drill.drillNamespace, "--drill", name] },
    },
    config: {
      ...{ environment, stack, target, restorePath, fingerprint, objectives, attestation },
      "offSite.restorePath": offSite?.restorePath,
      "offSite.fingerprint": offSite?.fingerprint,
      "offSite.rpoSeconds": offSite?.rpoSeconds,
      ...(prefix === undefined ? {} : { prefix }),
      ...(reader === undefined ? {} : bucketOf("storage", reader)),
      ...(offSite?.prefix === undefined ? {} : { "offSite.prefix": offSite.prefix }),
      ...(offSite?.reader === undefined ? {} : bucketOf("offSite.storage", offSite.reader)),
    },
  };
}

/** Of Amazon S3, the config itself says which bucket; other storages' Secrets and claims are mounted. */
function bucketOf(path: string, writer: string): Record<string, unknown> {
  const [kind, name] = writer.split(" ");
  return kind === "bucket" ? { [`${path}.kind`]: "s3", [`${path}.bucket`]: name } : {};
}

/** The volume through which the pod must get at its storage, by its descriptor's access; undefined for Amazon S3. */
export function accessVolume(writer: string): { path: string[]; name: string } | undefined {
  const [kind, name = ""] = writer.split(" ");
  const last = name.split("/").pop() ?? "";
  if (kind === "secret") return { path: ["secret", "secretName"], name: last };
  return kind === "claim" ? { path: ["persistentVolumeClaim", "claimName"], name: last } : undefined;
}
