import type * as pulumi from "@pulumi/pulumi";
import { PlatformDrill } from "../drill/platform-drill";
import { RestoreDrill } from "../drill/restore-drill";
import type { SigningKeyArgs } from "../drill/signing-key-args";
import type { jobNames } from "./stores";
import type { Shared, Surroundings } from "./surroundings";

type Jobs = ReturnType<typeof jobNames>;

/** What proves a database's backups: a drill of this stack, or a reference to the one that a platform's stack declares. */
export function declareDrill(
  jobs: Jobs,
  shared: Shared,
  around: Surroundings,
  opts: pulumi.ComponentResourceOptions,
): RestoreDrill | PlatformDrill {
  return around.declared.drill.by === "platform"
    ? platformDrill(jobs, shared, around, opts)
    : ownDrill(jobs, shared, around, opts);
}

function ownDrill(jobs: Jobs, shared: Shared, around: Surroundings, opts: pulumi.ComponentResourceOptions) {
  const { args, declared, drillNamespace, primary, offSite } = around;
  const { by: _, namespace, rto, afterBackup, schedule, onDeployment, ...settings } = args.drill;
  const { evidenceKeys, apiServerCidrs, dnsCidr, signingKey, ...drillPlan } = settings;
  const { timeZone, rpo } = declared.backup;
  return new RestoreDrill(
    jobs.drill,
    {
      ...drillPlan,
      ...shared,
      pods: args.pods,
      // The schema has made sure that there is one.
      signingKey: signingKey as SigningKeyArgs,
      drillNamespace,
      objectives: { rpo, rto },
      triggers: { afterBackup, schedule, timeZone, onDeployment },
      encryption: args.backup.encryption,
      requestedBy: declared.drill.afterBackup ? jobs.backup : undefined,
      ...{ reader: primary.reader, evidence: primary.evidence, prefix: primary.prefix },
      offSite: offSite && { reader: offSite.reader, prefix: offSite.prefix, rpo: args.offSite?.rpo },
    },
    opts,
  );
}

function platformDrill(jobs: Jobs, shared: Shared, around: Surroundings, opts: pulumi.ComponentResourceOptions) {
  const { args, declared, drillNamespace, primary, offSite } = around;
  const { rto, afterBackup, schedule, onDeployment = false, promotedEvidence, kubeContext } = args.drill;
  const { timeZone, rpo } = declared.backup;
  const { source: _, ...what } = shared;
  return new PlatformDrill(
    jobs.drill,
    {
      ...what,
      ...{ drillNamespace, drill: jobs.drill, promotedEvidence, kubeContext },
      objectives: { rpo, rto },
      triggers: { afterBackup, schedule, timeZone, onDeployment },
      storageKind: primary.writer.kind,
      offSite: offSite && { storageKind: offSite.writer.kind, rpo: args.offSite?.rpo },
    },
    opts,
  );
}
