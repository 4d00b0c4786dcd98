import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { buildPack } from "./pack";
import type { DeclaredStack } from "./stack";

/** Pulumi's real engine with our pack on small stacks: no cluster, no network, a backend in a temporary folder. */

const root = join(__dirname, "../../..");
const TOOLS = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-kubernetes"];

/** A kubeconfig whose port is closed: previews of Kubernetes resources need no server. */
const KUBECONFIG = `apiVersion: v1
kind: Config
clusters: [{name: none, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: none, user: {token: none}}]
contexts: [{name: none, context: {cluster: none, user: none}}]
current-context: none
`;

export interface Preview {
  code: number;
  output: string;
}

export class Engine {
  private constructor(
    private readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
    readonly pack: string,
  ) {}

  /** Throws when the tools are missing: a policy suite that did not run has not passed. */
  static async start(): Promise<Engine> {
    const bin = toolsFolder();
    const folder = mkdtempSync(join(tmpdir(), "restorable-policy-"));
    try {
      return await Engine.prepare(folder, bin);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private static async prepare(folder: string, bin: string): Promise<Engine> {
    for (const name of ["state", "project", "pack", "naive"]) mkdirSync(join(folder, name));
    // Both pack and program find their packages as they would in a project that has installed them.
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "kubeconfig"), KUBECONFIG);
    const program = join(root, "test/policy/programs/declared-stack.cjs");
    writeFileSync(join(folder, "project/Pulumi.yaml"), `name: shop\nruntime: nodejs\nmain: ${program}\n`);
    const env = {
      ...process.env,
      PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      KUBECONFIG: join(folder, "kubeconfig"),
    };
    return new Engine(folder, env, await buildPack(join(folder, "pack")));
  }

  stop(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A second pack beside ours, for what a careless one would let pass. */
  async naivePack(): Promise<string> {
    return buildPack(join(this.folder, "naive"), "test/policy/programs/naive-pack.ts");
  }

  /** `pulumi preview` of `stack` in the stack called `name`, with `pack` (none when empty) and its configuration. */
  async preview(name: string, stack: DeclaredStack, config?: unknown, pack = this.pack): Promise<Preview> {
    const declared = join(this.folder, "stack.json");
    writeFileSync(declared, JSON.stringify(stack));
    const args = ["preview", "--stack", `organization/shop/${name}`, "--color", "never", "--suppress-progress"];
    if (pack !== "") args.push("--policy-pack", pack);
    if (config !== undefined) {
      const file = join(this.folder, "gate.json");
      writeFileSync(file, typeof config === "string" ? config : JSON.stringify(config));
      args.push("--policy-pack-config", file);
    }
    if (!existsSync(join(this.folder, `state/.pulumi/stacks/shop/${name}.json`)))
      await this.pulumi(["stack", "init", `organization/shop/${name}`]);
    return this.pulumi(args, { DECLARED_STACK: declared });
  }

  private pulumi(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Preview> {
    return new Promise((resolve, reject) => {
      const child = spawn("pulumi", [...args, "--non-interactive"], {
        cwd: join(this.folder, "project"),
        env: { ...this.env, ...env },
      });
      let output = "";
      const collect = (chunk: Buffer) => {
        output += chunk.toString();
      };
      child.stdout.on("data", collect);
      child.stderr.on("data", collect);
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? 1, output }));
    });
  }
}

function toolsFolder(): string {
  const cache = process.env.RESTORABLE_CACHE ?? join(process.env.HOME ?? homedir(), ".cache", "restorable");
  const bin = join(cache, "bin");
  const missing = TOOLS.filter((tool) => !existsSync(join(bin, tool)));
  if (missing.length > 0)
    throw new Error(
      `the policy tests run Pulumi's real engine, and ${missing.join(", ")} is missing in ${bin}: build it with \`make tools\`, or set RESTORABLE_CACHE to where it is`,
    );
  return bin;
}
