import { z } from "zod";
import { InvalidInputError, parseInput } from "./problems";
import { storageAccessSchema } from "./storage-access";

/**
 * What a stack tells the command `restorable` of itself: its output `restorable`. No secret is in it: credentials are
 * named by the Secrets that hold them. Whatever is optional may be absent, and what is not known here is passed over, so
 * that a command and a stack of neighbouring versions understand each other.
 */
const name = z.string().min(1);

/** A Secret in the cluster, with the five keys of a storage. */
export const secretReferenceSchema = z.object({ namespace: name, name });
export type SecretReference = z.infer<typeof secretReferenceSchema>;

export const storageOutputSchema = z.object({
  access: storageAccessSchema,
  endpoint: z.string().optional(),
  bucket: z.string().optional(),
  region: z.string().optional(),
  prefix: z.string().default(""),
  secrets: z
    .object({
      writer: secretReferenceSchema.optional(),
      reader: secretReferenceSchema.optional(),
      evidence: secretReferenceSchema.optional(),
      pruner: secretReferenceSchema.optional(),
    })
    .default({}),
});
export type StorageOutput = z.infer<typeof storageOutputSchema>;

const count = z.int().nonnegative();

export const databaseOutputSchema = z.object({
  database: name,
  namespace: name,
  cluster: name,
  backupCronJob: name.optional(),
  drillNamespace: name.optional(),
  drillCronJob: name.optional(),
  evidenceConfigMap: name.optional(),
  fingerprint: name.optional(),
  timeZone: name.optional(),
  retentionCronJob: name.optional(),
  copyCronJob: name.optional(),
  retention: z
    .object({
      keepSeconds: z.number().nonnegative().optional(),
      hourly: count.optional(),
      daily: count.optional(),
      weekly: count.optional(),
      monthly: count.optional(),
      yearly: count.optional(),
    })
    .optional(),
});
export type DatabaseOutput = z.infer<typeof databaseOutputSchema>;

export const CLI_OUTPUTS_VERSION = 1;

export const cliOutputsSchema = z.object({
  version: z.literal(CLI_OUTPUTS_VERSION),
  environment: name.optional(),
  /** As manifests name it. */
  stack: name.optional(),
  databases: z.array(databaseOutputSchema),
  storages: z.object({ primary: storageOutputSchema, offSite: storageOutputSchema.optional() }),
  /** Ed25519 public keys, PEM: whose signatures count on evidence. */
  publicKeys: z.array(name).optional(),
});
export type CliOutputs = z.infer<typeof cliOutputsSchema>;

/** The output `restorable` among all outputs of `stack`. Throws an InvalidInputError that says what to do. */
export function parseCliOutputs(outputs: unknown, stack: string): CliOutputs {
  const value = (outputs as { restorable?: unknown } | null)?.restorable;
  const subject = `the stack ${stack}`;
  if (value === undefined) {
    const message =
      "it has no output `restorable`; export it in the stack's program, as stacks/index.ts does, and deploy";
    throw new InvalidInputError(subject, [{ path: "", message }]);
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version > CLI_OUTPUTS_VERSION) {
    const message = `is ${version}; this command reads ${CLI_OUTPUTS_VERSION}: install a newer restorable`;
    throw new InvalidInputError(subject, [{ path: "restorable.version", message }]);
  }
  return parseInput(z.object({ restorable: cliOutputsSchema }), outputs, subject).restorable;
}
