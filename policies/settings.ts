import { createPrivateKey, createPublicKey } from "node:crypto";
import type { PolicyConfigSchema } from "@pulumi/policy";
import { z } from "zod";
import { keyId } from "../model/dsse";
import { DURATION_PATTERN, parseDuration } from "../model/duration";
import { parseInput } from "../model/problems";
import type { GateSettings } from "../model/verdict";

/**
 * What the gate is told by those who run it, apart from the program that it judges: where it stands, whom it trusts,
 * how old evidence may be. It is given with --policy-pack-config, under the name of restore-path-proven.
 */
const publicKeys = z.array(
  z.string().superRefine((pem, context) => {
    const problem = publicKeyProblem(pem);
    if (problem) context.addIssue({ code: "custom", message: problem });
  }),
);

const DEFAULT_ENVIRONMENTS = ["local", "develop", "staging", "production"];

export const settingsSchema = z
  .strictObject({
    environment: z.string().min(1).describe("The environment that this stack deploys to, one of `environments`."),
    environments: z
      .array(z.string().min(1))
      .min(1)
      .default(DEFAULT_ENVIRONMENTS)
      .describe("Every environment, in the order in which changes are promoted."),
    firstEnvironments: z
      .array(z.string().min(1))
      .optional()
      .describe("Those that need no proof from an earlier one. Default: `local`, and the first of the others."),
    trustedKeys: publicKeys
      .min(1)
      .describe("Ed25519 public keys (PEM) whose evidence counts; two while a key is being rotated."),
    waiverKeys: publicKeys.default([]).describe("Ed25519 public keys (PEM) of the people who may sign waivers."),
    waivers: z.array(z.string()).default([]).describe("Signed waivers: DSSE envelopes, each as a string."),
    maxEvidenceAge: z
      .string()
      .regex(DURATION_PATTERN, { error: "must be a whole number and a unit, such as 26h or 7d" })
      .default("26h")
      .describe("How long evidence counts after its drill has ended."),
  })
  .superRefine((settings, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    const { environments } = settings;
    const list = environments.join(", ");
    if (new Set(environments).size !== environments.length) issue("environments", "names an environment twice");
    if (!environments.includes(settings.environment))
      issue("environment", `"${settings.environment}" is none of environments (${list})`);
    for (const first of settings.firstEnvironments ?? [])
      if (!environments.includes(first)) issue("firstEnvironments", `"${first}" is none of environments (${list})`);
    const shared = keyIds(settings.trustedKeys).filter((id) => keyIds(settings.waiverKeys).includes(id));
    if (shared.length > 0)
      issue(
        "waiverKeys",
        `key ${shared[0]} is also in trustedKeys; what signs evidence in a cluster must not sign waivers`,
      );
  });

export interface Settings extends GateSettings {
  waiverKeys: string[];
  waivers: string[];
}

/** The settings in `config`. Throws InvalidInputError with every problem found. */
export function parseSettings(config: unknown): Settings {
  const given = parseInput(settingsSchema, config, "The configuration of restore-path-proven");
  const first = given.firstEnvironments ?? defaultFirst(given.environments);
  const isFirst = first.includes(given.environment);
  const previous = given.environments[given.environments.indexOf(given.environment) - 1];
  return {
    environment: given.environment,
    position: isFirst ? "first" : "later",
    ...(isFirst || previous === undefined ? {} : { previousEnvironment: previous }),
    trustedKeys: given.trustedKeys,
    maxEvidenceAgeSeconds: parseDuration(given.maxEvidenceAge),
    waiverKeys: given.waiverKeys,
    waivers: given.waivers,
  };
}

function defaultFirst(environments: string[]): string[] {
  const promoted = environments.filter((environment) => environment !== "local");
  return ["local", ...promoted.slice(0, 1)];
}

/**
 * The schema as Pulumi takes it. Nothing is required in it: Pulumi's message for a missing property says no more than
 * its name, and the rule's own says what to do.
 */
export function settingsConfigSchema(): PolicyConfigSchema {
  const { properties } = z.toJSONSchema(settingsSchema, { io: "input" });
  return { properties: properties as PolicyConfigSchema["properties"] };
}

function publicKeyProblem(pem: string): string | undefined {
  if (/PRIVATE KEY/.test(pem) || isPrivateKey(pem))
    return "is a private key, and was just shown to everyone who can read this configuration: replace it, and give its public key";
  try {
    const { asymmetricKeyType } = createPublicKey(pem);
    return asymmetricKeyType === "ed25519"
      ? undefined
      : `is a key of type ${asymmetricKeyType}; evidence is signed with ed25519`;
  } catch {
    return "is not a public key in PEM form (-----BEGIN PUBLIC KEY-----)";
  }
}

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).type === "private";
  } catch {
    return false;
  }
}

function keyIds(pems: string[]): string[] {
  return pems.filter((pem) => publicKeyProblem(pem) === undefined).map((pem) => keyId(createPublicKey(pem)));
}
