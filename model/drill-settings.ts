import { z } from "zod";
import { drillNamespaceProblem, drillTimingProblems, endpointProblem, imageMajorProblem } from "./contradictions";
import { durationField, imageField, timeZoneField } from "./fields";
import { cronJobNameProblem, kubernetesName } from "./names";
import { type Problem, parseInput } from "./problems";
import { databaseResourceName } from "./settings";
import { drillPlan, encryptionSettings, restoredDatabase } from "./shared-settings";

/**
 * The settings of a platform's stack, which drills what an application's stack declares: `restorable:drills` in
 * `Pulumi.<stack>.yaml`. It has no credentials: every key is in a Secret of the drills' namespace, or in a KMS.
 */
const store = { endpoint: z.string(), prefix: z.string().optional(), readerSecret: kubernetesName };

export const drillSettingsSchema = z
  .strictObject({
    environment: kubernetesName,
    /** The application's stack: evidence names it. */
    stack: z.string().min(1),
    /** The cluster's name there, and its namespace. */
    name: kubernetesName,
    namespace: kubernetesName,
    images: z.strictObject({ server: imageField, agent: imageField }),
    major: z.int().min(14).max(99),
    databases: z.array(z.strictObject(restoredDatabase)).min(1),
    /** What the application's stack says of its backups. */
    backup: z.strictObject({
      rpo: durationField,
      timeZone: timeZoneField.default("UTC"),
      encryption: encryptionSettings,
    }),
    drill: z.strictObject(drillPlan),
    /** A bucket on a server that speaks S3, and Secrets with its keys in the drills' namespace. */
    storage: z.strictObject({ ...store, allowInsecure: z.boolean().default(false), evidenceSecret: kubernetesName }),
    offSite: z.strictObject({ ...store, rpo: durationField }).optional(),
    evidence: z.strictObject({ promotedFrom: z.array(z.string().min(1)).default([]) }).prefault({}),
  })
  .superRefine((settings, context) => {
    for (const { path, message } of contradictions(settings))
      context.addIssue({ code: "custom", message, path: path.split(".") });
  });

export type DrillSettings = z.output<typeof drillSettingsSchema>;

/** The settings, checked. Throws with every problem found. */
export function parseDrillSettings(settings: unknown, stack: string): DrillSettings {
  return parseInput(drillSettingsSchema, settings, `the settings of stack ${stack} (restorable:drills)`);
}

function contradictions({ drill, backup, images, major, storage, namespace, name, databases }: DrillSettings) {
  const problems: Problem[] = [];
  const add = (path: string, message: string | undefined) => {
    if (message) problems.push({ path, message });
  };
  add("images.server", imageMajorProblem(images.server, major));
  add("drill.namespace", drillNamespaceProblem(drill.namespace, namespace));
  add("storage.endpoint", endpointProblem(storage.endpoint, storage.allowInsecure));
  const triggers = [drill.afterBackup, drill.onDeployment];
  for (const { path, message } of drillTimingProblems({ ...drill, timeZone: backup.timeZone, triggers }))
    add(["drill", path].filter(Boolean).join("."), message);
  if ((drill.signingSecret === undefined) === (drill.signingKms === undefined))
    add("drill", "give either signingSecret or signingKms: a platform's key is never in a program");
  for (const [index, database] of databases.entries())
    add(`databases.${index}.name`, cronJobNameProblem(`${name}-${databaseResourceName(database.name)}-drill`));
  return problems;
}
