import { readFileSync } from "node:fs";
import type * as pulumi from "@pulumi/pulumi";
import { DrillNamespace, LogicalBackup, PlatformDrill, RestoreDrill } from "../../../../components";
import type { ProgramSettings } from "../settings";

/**
 * Two stacks of one database, as in production: the application's backs it up, the platform's drills that and holds the
 * key. The application's can be changed by somebody who wants an unproven backup to pass.
 */
const settings = JSON.parse(readFileSync(process.env.RESTORABLE_E2E_SETTINGS as string, "utf8")) as ProgramSettings;
const { namespace, cluster, database, drillNamespace, endpoint, images } = settings;
const { part, stack, attack, promoted = [] } = settings.apart ?? { part: "application", stack: "" };
const environment = "production";
const target = { namespace, cluster, database };
const source = { host: settings.host };
const objectives = { rpo: "26h", rto: "30m" };
const restorePath = {
  postgresMajor: 17,
  serverImage: images.server,
  agentImage: images.agent,
  applicationRole: settings.applicationRole,
  applicationChecks: [{ name: "there are rows", sql: settings.check }],
};

if (part === "platform") declarePlatform();
else declareApplication();

function declarePlatform(): void {
  const dependsOn = new DrillNamespace(`${stack}-drills`, {
    ...{ namespace: drillNamespace, storageEndpoint: endpoint, apiServerCidrs: settings.apiServerCidrs },
  });
  declareDrill(settings.drill, drillNamespace, { dependsOn });
}

function declareDrill(name: string, inNamespace: string, opts: pulumi.ComponentResourceOptions = {}): void {
  new RestoreDrill(
    name,
    {
      ...{ environment, stack, target, source, restorePath, objectives, drillNamespace: inNamespace },
      triggers: { afterBackup: true, onDeployment: false },
      requestedBy: settings.backup,
      attestation: "platform",
      reader: { secret: "backup-reader" },
      evidence: { secret: "backup-evidence" },
      signingKey: { existingSecret: "evidence-signing" },
    },
    opts,
  );
}

function declareApplication(): void {
  new LogicalBackup(
    settings.backup,
    {
      ...{ environment, target, source, restorePath, credentialsSecret: settings.backupSecret },
      storage: { secret: `${settings.store}-writer` },
      ...{ schedule: "0 2 * * *", rpo: "26h", retention: "30d" },
      requestDrill: { namespace: drillNamespace, drill: settings.drill },
    },
    { transformations: tampering() },
  );
  if (attack === "own-drill") declareDrill(settings.drill, `${namespace}-own-drills`);
  else if (!settings.withoutDrill)
    new PlatformDrill(settings.drill, {
      ...{ environment, target, restorePath, objectives, drillNamespace, drill: settings.drill },
      promotedEvidence: promoted,
    });
}

/** What the program declares is one thing, and what it makes another. */
function tampering(): pulumi.ResourceTransformation[] {
  const changes: Record<string, [kind: string, change: (text: string) => string]> = {
    "other-image": [
      "kubernetes:batch/v1:CronJob",
      (text) => text.replaceAll(images.agent, "registry.example.com/nothing:1"),
    ],
    "other-config": ["kubernetes:core/v1:ConfigMap", (text) => text.replaceAll(`\\"${database}\\"`, '\\"template1\\"')],
  };
  const [kind, change] = changes[attack ?? ""] ?? [];
  if (!kind || !change) return [];
  return [
    ({ type, props, opts }) => (type === kind ? { props: JSON.parse(change(JSON.stringify(props))), opts } : undefined),
  ];
}
