import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { agentDigest } from "../model/agent-images";
import type { EvidenceRecord } from "../model/descriptor";
import { DURATION_PATTERN, parseDuration } from "../model/duration";
import { DEFAULT_PROMOTION, type GateSettings } from "../model/gate-settings";
import { InvalidInputError, parseInput } from "../model/problems";
import { keyIds, publicKeys } from "./public-keys";

/**
 * What the gate is told by those who run it, apart from the program that it judges: where it stands, whom it trusts,
 * how old evidence may be. It is given with --policy-pack-config, under the name of restore-gate.
 */
const KEY = '"-----BEGIN PUBLIC KEY-----…"';

const trustedKeys = z.record(z.string().min(1), publicKeys.min(1), {
  error: ({ input }) =>
    Array.isArray(input)
      ? `is a list, and a key counts for one environment: write {"staging": [${KEY}], "production": [${KEY}]}`
      : undefined,
});

/** A database, as targetId writes it. */
const databaseId = z.string().regex(/^[^/\s]+\/[^/\s]+\/[^/\s]+$/, { error: "must be namespace/cluster/database" });

const promotion = z.strictObject({
  stack: z.string().min(1).optional(),
  databases: z.record(z.string(), databaseId).default(DEFAULT_PROMOTION.databases),
  minRows: z.int().min(1).default(DEFAULT_PROMOTION.minRows),
  minRowsOf: z.record(z.string(), z.int().min(1)).default(DEFAULT_PROMOTION.minRowsOf),
});

const IMAGE = "must end in the image's digest: sha256: and 64 hex digits; a tag can be moved to another agent";

const duration = z.string().regex(DURATION_PATTERN, { error: "must be a whole number and a unit, such as 26h or 7d" });

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
    productionEnvironments: z
      .array(z.string().min(1))
      .optional()
      .describe("Those held to production's rules. Default: the last of `environments`."),
    // Pulumi's own message for a list would not say what to write instead.
    trustedKeys: trustedKeys.meta({
      type: ["object", "array"] as unknown as "object",
      description: "By environment, the public keys (PEM) whose evidence counts there; two while a key is rotated.",
    }),
    promotion: promotion
      .prefault({})
      .describe("What the environment before must have drilled: its stack, its databases' names, and how many rows."),
    agentImages: z
      .array(z.string().refine((image) => agentDigest(image) !== undefined, { error: IMAGE }))
      .optional()
      .describe("Agents that may sign, by digest: `name@sha256:…` or `sha256:…`. Default: every agent may."),
    selfAttested: z
      .enum(["allowed", "refused"])
      .default("allowed")
      .describe("Whether drills count that are declared by a program which declares the backups, too."),
    evidence: z
      .array(z.string())
      .default([])
      .describe(
        "Evidence that the gate reads itself: `s3://bucket/prefix?region=…`, `folder:/path`, `configmap:namespace/name`, `file:/path`, or an envelope as text.",
      ),
    startsWithoutEvidence: z
      .array(z.string())
      .default([])
      .describe("Databases (`namespace/name`) that may start although what tests their restores signs no evidence."),
    waiverKeys: publicKeys.default([]).describe("Public keys (PEM) of the people who may sign waivers."),
    waivers: z.array(z.string()).default([]).describe("Signed waivers: DSSE envelopes, each as a string."),
    maxEvidenceAge: duration.default("26h").describe("How long evidence counts after its drill has ended."),
    maxRpo: duration
      .optional()
      .describe("The longest recovery point objective that a program may declare here. Default: any."),
    maxRto: duration
      .optional()
      .describe("The longest recovery time objective that a program may declare here. Default: any."),
  })
  .superRefine((settings, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    const { environments } = settings;
    const list = environments.join(", ");
    if (new Set(environments).size !== environments.length) issue("environments", "names an environment twice");
    if (!environments.includes(settings.environment))
      issue("environment", `"${settings.environment}" is none of environments (${list})`);
    for (const key of ["firstEnvironments", "productionEnvironments"] as const)
      for (const named of settings[key] ?? [])
        if (!environments.includes(named)) issue(key, `"${named}" is none of environments (${list})`);
    for (const named of Object.keys(settings.trustedKeys))
      if (!environments.includes(named)) issue("trustedKeys", `"${named}" is none of environments (${list})`);
    if (!Object.hasOwn(settings.trustedKeys, settings.environment))
      issue("trustedKeys", `has no key of ${settings.environment}, so nothing that is drilled there could be proven`);
    for (const part of ["databases", "minRowsOf"] as const)
      for (const named of Object.keys(settings.promotion[part]))
        if (!databaseId.safeParse(named).success)
          issue("promotion", `${part} names "${named}", which is no namespace/cluster/database`);
    const signing = keyIds(Object.values(settings.trustedKeys).flat());
    const shared = keyIds(settings.waiverKeys).find((id) => signing.includes(id));
    if (shared !== undefined)
      issue(
        "waiverKeys",
        `key ${shared} is also in trustedKeys; what signs evidence in a cluster must not sign waivers`,
      );
  });

export interface Settings extends GateSettings {
  /** Held to production's rules. */
  production: boolean;
  evidence: string[];
  startsWithoutEvidence: string[];
  waiverKeys: string[];
  waivers: string[];
  /** In seconds, the longest objectives that programs may declare. Absent: any. */
  maxObjectives: { rpoSeconds?: number; rtoSeconds?: number };
}

/** What the rules know of their own configuration. Without one, they judge as in production and trust nobody. */
export type GateConfiguration = Configured | { ok: false; problems: string[] };

export interface Configured {
  ok: true;
  settings: Settings;
  /** What was found at the sources of `evidence`, unverified, and why more could not be read. */
  records: EvidenceRecord[];
  evidenceProblems: string[];
}

export const UNCONFIGURED: GateConfiguration = {
  ok: false,
  problems: ["restore-gate has no configuration: nobody said which environment this is and whose evidence counts"],
};

/** Whether production's rules hold: also when nobody said what this is. */
export function isProduction(gate: GateConfiguration): boolean {
  return !gate.ok || gate.settings.production;
}

/**
 * Whether this is one of the first environments, in which a stack may still lack what later ones need; never when it is
 * held to production's rules, as the only environment is, nor when nobody said what this is.
 */
export function isFirst(gate: GateConfiguration): boolean {
  return hasNoneBefore(gate) && !isProduction(gate);
}

/** Whether no environment comes before this one that could have proven anything. */
export function hasNoneBefore(gate: GateConfiguration): boolean {
  return gate.ok && gate.settings.position === "first";
}

/** The gate's configuration in `config`, or every problem found in it, one line each. */
export function readSettings(config: unknown): GateConfiguration {
  if (!isGiven(config)) return UNCONFIGURED;
  try {
    return { ok: true, settings: parseSettings(config), records: [], evidenceProblems: [] };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { ok: false, problems: error.problems.map((p) => (p.path === "" ? p.message : `${p.path}: ${p.message}`)) };
  }
}

/** Whether anybody has set anything: where nobody has, Pulumi hands over the defaults. */
function isGiven(config: unknown): boolean {
  const defaults = z.toJSONSchema(settingsSchema, { io: "input", unrepresentable: "any" }).properties ?? {};
  const defaultOf = (name: string) => (defaults[name] as { default?: unknown } | undefined)?.default;
  return Object.entries((config as object | undefined) ?? {}).some(
    ([name, value]) => !isDeepStrictEqual(value, defaultOf(name)),
  );
}

/** The settings in `config`. Throws InvalidInputError with every problem found. */
export function parseSettings(config: unknown): Settings {
  const given = parseInput(settingsSchema, config, "The configuration of restore-gate");
  const first = given.firstEnvironments ?? defaultFirst(given.environments);
  const isFirst = first.includes(given.environment);
  const previous = given.environments[given.environments.indexOf(given.environment) - 1];
  const production = given.productionEnvironments ?? given.environments.slice(-1);
  return {
    environment: given.environment,
    position: isFirst ? "first" : "later",
    production: production.includes(given.environment),
    ...(isFirst || previous === undefined ? {} : { previousEnvironment: previous }),
    promotion: given.promotion,
    trustedKeys: given.trustedKeys,
    ...(given.agentImages ? { agentImages: given.agentImages.flatMap((image) => agentDigest(image) ?? []) } : {}),
    selfAttested: given.selfAttested,
    maxEvidenceAgeSeconds: parseDuration(given.maxEvidenceAge),
    evidence: given.evidence,
    startsWithoutEvidence: given.startsWithoutEvidence,
    waiverKeys: given.waiverKeys,
    waivers: given.waivers,
    maxObjectives: {
      ...(given.maxRpo === undefined ? {} : { rpoSeconds: parseDuration(given.maxRpo) }),
      ...(given.maxRto === undefined ? {} : { rtoSeconds: parseDuration(given.maxRto) }),
    },
  };
}

function defaultFirst(environments: string[]): string[] {
  const promoted = environments.filter((environment) => environment !== "local");
  return ["local", ...promoted.slice(0, 1)];
}
