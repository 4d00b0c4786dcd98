import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { DrillNamespace, RestoreDrill, type SigningKeyArgs } from "../components";
import type { DrillSettings } from "../model/drill-settings";
import { databaseResourceName } from "../model/settings";

/**
 * The stack of a platform: where drills run, and the drills of another stack's databases, which sign for it. The people who
 * change that stack change nothing here; all they can do is ask for a drill of a backup.
 */
export function declareDrills(settings: DrillSettings, project: string) {
  const { name, namespace, images, major, backup, drill, storage, offSite } = settings;
  const { rto, afterBackup, schedule, onDeployment, ...plan } = drill;
  const {
    namespace: drillNamespace,
    apiServerCidrs,
    dnsCidr,
    signingSecret,
    signingKms,
    identitySecret,
    ...runs
  } = plan;
  const { scheme, ...encryptedFor } = backup.encryption ?? NOT_ENCRYPTED;

  const drills = new DrillNamespace(`${name}-drills`, {
    namespace: drillNamespace,
    ...{ storageEndpoint: storage.endpoint, offSiteEndpoint: offSite?.endpoint },
    kmsEndpoint: scheme === "kms" ? kmsEndpoint(encryptedFor.kmsRegion, encryptedFor.kmsEndpoint) : undefined,
    signingEndpoint: signingKms && kmsEndpoint(signingKms.region, signingKms.endpoint),
    ...{ apiServerCidrs: apiServerCidrs ?? [], dnsCidr },
  });
  const signingKey: SigningKeyArgs = signingKms ? { kms: signingKms } : { existingSecret: signingSecret };

  const declared = settings.databases.map(({ name: database, checks: applicationChecks, ...how }) => {
    const base = `${name}-${databaseResourceName(database)}`;
    return new RestoreDrill(
      `${base}-drill`,
      {
        ...runs,
        ...{ environment: settings.environment, stack: settings.stack, attestation: "platform" },
        target: { namespace, cluster: name, database },
        source: { host: `${name}-rw.${namespace}.svc` },
        restorePath: {
          ...{ postgresMajor: major, serverImage: images.server, agentImage: images.agent },
          ...{ ...how, applicationChecks, encryption: scheme },
        },
        drillNamespace,
        objectives: { rpo: backup.rpo, rto },
        triggers: { afterBackup, schedule, timeZone: backup.timeZone, onDeployment },
        requestedBy: afterBackup ? `${base}-backup` : undefined,
        reader: { secret: storage.readerSecret },
        evidence: { secret: storage.evidenceSecret },
        prefix: storage.prefix,
        offSite: offSite && { reader: { secret: offSite.readerSecret }, prefix: offSite.prefix, rpo: offSite.rpo },
        encryption: backup.encryption && encryptedFor,
        identity: identitySecret === undefined ? undefined : { existingSecret: identitySecret },
        signingKey,
        promotedEvidence: settings.evidence.promotedFrom.map((file) => resolve(project, file)),
        kubeContext: new pulumi.Config("kubernetes").get("context"),
      },
      { dependsOn: [drills] },
    );
  });

  return {
    environment: settings.environment,
    drillNamespace: drills.namespace,
    drills: declared.map(({ cronJobName, evidenceConfigMapName, fingerprint }) => ({
      ...{ cronJob: cronJobName, evidenceConfigMap: evidenceConfigMapName, fingerprint },
    })),
  };
}

const NOT_ENCRYPTED: { scheme?: undefined } & Partial<NonNullable<DrillSettings["backup"]["encryption"]>> = {};

/** AWS's own address, unless there is another. */
function kmsEndpoint(region: string | undefined, endpoint: string | undefined): string | undefined {
  return endpoint ?? (region === undefined ? undefined : `https://kms.${region}.amazonaws.com`);
}
