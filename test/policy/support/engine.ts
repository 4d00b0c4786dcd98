import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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
  private files = 0;

  private constructor(
    private readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
    readonly pack: string,
  ) {}

  /**
   * With one of test/policy/programs as what Pulumi runs, and `plugins`, folders of providers beside the built ones.
   * Throws when the tools are missing: a policy suite that did not run has not passed.
   */
  static async start(program = "declared-stack.cjs", plugins: string[] = []): Promise<Engine> {
    const bin = toolsFolder();
    const folder = mkdtempSync(join(tmpdir(), "restorable-policy-"));
    try {
      return await Engine.prepare(folder, [...plugins, bin], join(root, "test/policy/programs", program));
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private static async prepare(folder: string, bins: string[], program: string): Promise<Engine> {
    for (const name of ["state", "project", "pack", "other"]) mkdirSync(join(folder, name));
    // Both pack and program find their packages as they would in a project that has installed them.
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "kubeconfig"), KUBECONFIG);
    writeFileSync(join(folder, "project/Pulumi.yaml"), `name: shop\nruntime: nodejs\nmain: ${program}\n`);
    const env = {
      ...process.env,
      PATH: [...bins, dirname(process.execPath), process.env.PATH].join(delimiter),
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

  /** A second pack beside ours: what a careless one would let pass, what an empty one costs. */
  async otherPack(entry: string): Promise<string> {
    return buildPack(join(this.folder, "other"), entry);
  }

  /** `pulumi preview` of `stack` in the stack called `name`, with `pack` (none when empty) and its configuration. */
  async preview(name: string, stack: DeclaredStack | object[], config?: unknown, pack = this.pack): Promise<Preview> {
    await this.ready(name);
    const args = [...this.previewArgs(name, config, pack), "--suppress-progress"];
    return this.pulumi(args, { DECLARED_STACK: this.write("stack", JSON.stringify(stack)) });
  }

  /**
   * The same as a stream of JSON lines (`--json` alone leaves out what policies say), for a program that `env` tells
   * what to declare. Several may run at once in a stack that is ready.
   */
  async previewEvents(name: string, config: unknown, env: NodeJS.ProcessEnv, pack = this.pack): Promise<Preview> {
    const args = [...this.previewArgs(name, config, pack), "--json"];
    return this.pulumi(args, { ...env, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "1" });
  }

  /** `pulumi up` of `stack` without a gate, and the state that it leaves, as `pulumi stack export` writes it. */
  async deploy(name: string, stack: DeclaredStack): Promise<string> {
    await this.ready(name);
    const full = `organization/shop/${name}`;
    const up = await this.pulumi(["up", "--yes", "--skip-preview", "--stack", full, "--suppress-progress"], {
      DECLARED_STACK: this.write("stack", JSON.stringify(stack)),
    });
    if (up.code !== 0) throw new Error(`pulumi up failed:\n${up.output}`);
    const file = this.write("state", "");
    const exported = await this.pulumi(["stack", "export", "--stack", full, "--file", file]);
    if (exported.code !== 0) throw new Error(`pulumi stack export failed:\n${exported.output}`);
    return file;
  }

  /** `pulumi up` without a preview before it, with `pack`; and the types of what it leaves in the state. */
  async up(
    name: string,
    stack: DeclaredStack,
    config?: unknown,
    pack = this.pack,
  ): Promise<Preview & { made: string[] }> {
    await this.ready(name);
    const [, ...given] = this.previewArgs(name, config, pack);
    const args = ["up", "--skip-preview", "--yes", ...given, "--suppress-progress"];
    const up = await this.pulumi(args, { DECLARED_STACK: this.write("stack", JSON.stringify(stack)) });
    const file = this.write("state", "");
    await this.pulumi(["stack", "export", "--stack", `organization/shop/${name}`, "--file", file]);
    const state = JSON.parse(readFileSync(file, "utf8")) as { deployment: { resources?: { type: string }[] } };
    return { ...up, made: (state.deployment.resources ?? []).map(({ type }) => type) };
  }

  /** `pulumi policy analyze` of the state in `file`. */
  async analyze(file: string, config: unknown): Promise<Preview> {
    const configured = ["--policy-pack-config", this.write("gate", JSON.stringify(config))];
    return this.pulumi(["policy", "analyze", "--file", file, "--policy-pack", this.pack, ...configured]);
  }

  /** A shell script in the project's folder, as a runner would run it in a checkout that holds `gate/production.json`. */
  async shell(script: string, { stack, gate }: { stack?: DeclaredStack; gate: unknown }): Promise<Preview> {
    await this.ready("production");
    mkdirSync(join(this.folder, "project/gate"), { recursive: true });
    writeFileSync(join(this.folder, "project/gate/production.json"), JSON.stringify(gate));
    const declared = this.write("stack", JSON.stringify(stack ?? {}));
    return this.run("bash", ["-euc", script], { DECLARED_STACK: declared, RESTORABLE_PACK: this.pack });
  }

  /** Makes the stack called `name` unless it is there. */
  async ready(name: string): Promise<void> {
    if (existsSync(join(this.folder, `state/.pulumi/stacks/shop/${name}.json`))) return;
    const { code, output } = await this.pulumi(["stack", "init", `organization/shop/${name}`]);
    if (code !== 0) throw new Error(`the stack ${name} could not be made:\n${output}`);
  }

  private previewArgs(name: string, config: unknown, pack: string): string[] {
    const args = ["preview", "--stack", `organization/shop/${name}`, "--color", "never"];
    if (pack !== "") args.push("--policy-pack", pack);
    if (config !== undefined)
      args.push(
        "--policy-pack-config",
        this.write("gate", typeof config === "string" ? config : JSON.stringify(config)),
      );
    return args;
  }

  /** A file of its own for each preview. */
  private write(what: string, text: string): string {
    const file = join(this.folder, `${what}-${this.files++}.json`);
    writeFileSync(file, text);
    return file;
  }

  private pulumi(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Preview> {
    return this.run("pulumi", [...args, "--non-interactive"], env);
  }

  private run(file: string, args: string[], env: NodeJS.ProcessEnv): Promise<Preview> {
    return new Promise((resolve, reject) => {
      const child = spawn(file, args, { cwd: join(this.folder, "project"), env: { ...this.env, ...env } });
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
