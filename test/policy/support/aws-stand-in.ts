import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { buildPack } from "./pack";

const root = join(__dirname, "../../..");

/** To be put on PATH before the engine looks for plugins: `pulumi-resource-aws` in it is a stand-in, for previews only. */
export const AWS_STAND_IN = join(__dirname, "../aws-stand-in");

export interface Outcome {
  code: number;
  output: string;
}

/** Pulumi's real engine on test/policy/programs/aws-stack.cjs, with the stand-in in AWS's place and no account. */
export class AwsEngine {
  private constructor(
    private readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static async start(): Promise<AwsEngine> {
    const folder = mkdtempSync(join(tmpdir(), "restorable-aws-"));
    for (const name of ["state", "project", "pack"]) mkdirSync(join(folder, name));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const program = join(root, "test/policy/programs/aws-stack.cjs");
    writeFileSync(join(folder, "project/Pulumi.yaml"), `name: shop\nruntime: nodejs\nmain: ${program}\n`);
    const cache = process.env.RESTORABLE_CACHE ?? join(process.env.HOME ?? homedir(), ".cache", "restorable");
    const engine = new AwsEngine(folder, {
      ...process.env,
      PATH: [AWS_STAND_IN, join(cache, "bin"), dirname(process.execPath), process.env.PATH].join(delimiter),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    });
    const { code, output } = await engine.run("stack", "init", "organization/shop/aws");
    if (code !== 0) throw new Error(output);
    return engine;
  }

  stop(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The pack at `entry`, ready for --policy-pack. */
  pack(entry: string): Promise<string> {
    return buildPack(join(this.folder, "pack"), entry);
  }

  run(...args: string[]): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
        cwd: join(this.folder, "project"),
        env: this.env,
      });
      let output = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Buffer) => {
          output += chunk.toString();
        });
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? 1, output }));
    });
  }
}
