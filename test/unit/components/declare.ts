import { generateKeyPairSync } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { type EvidenceReader, useEvidenceReader } from "../../../components";

/** A program run under Pulumi's mocks: what it declared, as the engine would see it. */
export interface Declared {
  type: string;
  name: string;
  /** As they came over the wire: a secret is an object with the secret's signature. */
  raw: Record<string, unknown>;
  /** With secrets taken out of their wrapping. */
  // biome-ignore lint/suspicious/noExplicitAny: inputs of many types, which each test knows.
  inputs: any;
  /** Whether Pulumi refuses to delete it. */
  protect: boolean;
}

export interface Program {
  resources: Declared[];
  /** What components registered, by the component's type and name. */
  registered: Record<string, unknown>;
  /** The one resource of a type and name. */
  get(type: string, name: string): Declared;
  /** `type name` of everything, sorted. */
  list(): string[];
}

export interface RunOptions {
  preview?: boolean;
  stack?: string;
  evidence?: EvidenceReader;
  config?: Record<string, string>;
  /** Called before a resource exists: what it returns is waited for. */
  onCreate?: (type: string, name: string) => Promise<void> | void;
  /** What a provider's function answers; nothing, unless it is said. */
  call?: (token: string) => Record<string, unknown>;
  /** What a provider adds to a resource's inputs when it makes it. */
  computed?: (type: string, name: string) => Record<string, unknown> | undefined;
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

export const SIGNING_KEY = generateKeyPairSync("ed25519")
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();

const NO_EVIDENCE: EvidenceReader = async () => ({ evidence: [], evidenceProblems: [] });

/** Runs `program` and waits for everything in it. */
export async function run(program: () => unknown, options: RunOptions = {}): Promise<Program> {
  const resources: Declared[] = [];
  const registered: Record<string, unknown> = {};
  const pending: Promise<unknown>[] = [];
  let isProtected = new Map<string, boolean>();
  const restoreReader = useEvidenceReader(options.evidence ?? NO_EVIDENCE);
  const prototype = pulumi.ComponentResource.prototype as unknown as { registerOutputs(outputs?: unknown): void };
  const registerOutputs = prototype.registerOutputs;
  prototype.registerOutputs = function (this: { __pulumiType: string; __name: string }, outputs?: unknown) {
    const { __pulumiType: type, __name: name } = this;
    pending.push(
      known(outputs).then((value) => {
        registered[`${type} ${name}`] = value;
      }),
    );
    registerOutputs.call(this, outputs);
  };
  try {
    await pulumi.runtime.setMocks(
      {
        call: ({ token }) => options.call?.(token) ?? {},
        newResource: async ({ type, name, inputs }) => {
          await options.onCreate?.(type, name);
          const protect = isProtected.get(`${type} ${name}`) ?? false;
          resources.push({ type, name, raw: inputs, inputs: unwrapped(inputs), protect });
          return { id: `${name}-id`, state: { ...inputs, ...options.computed?.(type, name) } };
        },
      },
      "restorable",
      options.stack ?? "test",
      options.preview ?? false,
    );
    isProtected = noteProtection();
    pulumi.runtime.setAllConfig(options.config ?? {});
    await program();
    await pulumi.runtime.disconnect();
    await Promise.all(pending);
  } finally {
    restoreReader();
    prototype.registerOutputs = registerOutputs;
  }
  const done: Program = {
    resources,
    registered,
    get(type, name) {
      const found = resources.find((r) => r.type === type && r.name === name);
      if (!found) throw new Error(`no ${type} ${name} among:\n${done.list().join("\n")}`);
      return found;
    },
    list: () => resources.map(({ type, name }) => `${type} ${name}`).sort(),
  };
  return done;
}

/** What is protected, by type and name: the mocks' own arguments do not say it. */
function noteProtection(): Map<string, boolean> {
  interface Request {
    getType(): string;
    getName(): string;
    getProtect(): boolean;
  }
  const noted = new Map<string, boolean>();
  const monitor = pulumi.runtime.getMonitor() as unknown as { registerResource(request: Request, done: unknown): void };
  const registerResource = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, done) => {
    noted.set(`${request.getType()} ${request.getName()}`, request.getProtect());
    registerResource(request, done);
  };
  return noted;
}

/** The values in `outputs`; what is not known at preview is `UNKNOWN`, at the place where it stands. */
export const UNKNOWN = "(unknown)";
async function known(outputs: unknown): Promise<unknown> {
  if (outputs instanceof Promise) return known(await outputs);
  if (Array.isArray(outputs)) return Promise.all(outputs.map(known));
  const output = pulumi.output(outputs) as pulumi.Output<unknown> & {
    isKnown: Promise<boolean>;
    promise(withUnknowns: boolean): Promise<unknown>;
  };
  if (await output.isKnown) return output.promise(true);
  if (typeof outputs !== "object" || outputs === null || pulumi.Output.isInstance(outputs)) return UNKNOWN;
  return Object.fromEntries(await Promise.all(Object.entries(outputs).map(async ([k, v]) => [k, await known(v)])));
}

export function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== "object" || value === null) return value;
  if (isSecret(value)) return unwrapped((value as { value: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, unwrapped(v)]));
}

export function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as Record<string, unknown>)[SIGNATURE] === SECRET;
}

/** The paths at which `text` stands in `value` outside of every secret. */
export function plainPaths(value: unknown, text: string, path = ""): string[] {
  if (typeof value === "string") return value.includes(text) ? [path] : [];
  if (typeof value !== "object" || value === null || isSecret(value)) return [];
  return Object.entries(value).flatMap(([key, v]) => plainPaths(v, text, `${path}.${key}`));
}

/** The message of what `declare` throws. */
export function refusal(declare: () => unknown): string {
  try {
    declare();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it was accepted");
}
