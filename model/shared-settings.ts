import { z } from "zod";
import { DURABILITIES } from "./conditions";
import { cpuField, durationField, sizeField } from "./fields";
import { applicationCheckSchema } from "./job-config";
import { cidrField, kubernetesName, postgresIdentifier } from "./names";
import { tablePatternField } from "./patterns";
import { applicationSettingsField, probeField } from "./server-parameters";

/** What the settings of an application's stack and those of a platform's have in common. */

/** Of a database, what decides how it is restored: both stacks say the same, or their fingerprints differ. */
export const restoredDatabase = {
  name: postgresIdentifier,
  applicationRole: postgresIdentifier,
  checks: z.array(applicationCheckSchema).min(1),
  /** `schema.table` patterns: tables that are not backed up at all, and tables without their rows. */
  excludeTables: z.array(tablePatternField).optional(),
  excludeTableData: z.array(tablePatternField).optional(),
};

/** How backups are encrypted before they leave the agent. What opens them is not among the settings. */
export const encryptionSettings = z
  .strictObject({
    scheme: z.enum(["age", "kms"]),
    /** age: public keys, age1… */
    recipients: z.array(z.string()).optional(),
    kmsKeyId: z.string().min(1).optional(),
    kmsRegion: z.string().min(1).optional(),
    kmsEndpoint: z.string().min(1).optional(),
  })
  .optional();

/** How drills run, whichever stack declares them. */
export const drillPlan = {
  namespace: kubernetesName,
  rto: durationField,
  afterBackup: z.boolean().default(true),
  /** Five cron fields, in the backup's time zone. */
  schedule: z.string().optional(),
  onDeployment: z.boolean().default(true),
  deadline: durationField.optional(),
  jobs: z.int().min(1).max(64).optional(),
  temporaryStorage: z.strictObject({ size: sizeField.optional(), storageClass: z.string().optional() }).optional(),
  serverParameters: z.record(z.string(), z.string()).optional(),
  durability: z.enum(DURABILITIES).optional(),
  applicationSettings: applicationSettingsField.optional(),
  probe: probeField.optional(),
  serverMemory: sizeField.optional(),
  serverCpu: cpuField.optional(),
  agentMemory: sizeField.optional(),
  /** The API server's addresses, as ranges: see DrillNamespace. */
  apiServerCidrs: z.array(cidrField).optional(),
  dnsCidr: cidrField.optional(),
  /** A Secret with `private.pem` in the drills' namespace. */
  signingSecret: kubernetesName.optional(),
  /** A key of AWS KMS that signs, instead. */
  signingKms: z
    .strictObject({ keyId: z.string().min(1), region: z.string().min(1), endpoint: z.string().optional() })
    .optional(),
  /** A Secret with `identity.txt` in the drills' namespace, where backups are encrypted with age. */
  identitySecret: kubernetesName.optional(),
};
