import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { PlainResource } from "./many-resources";

/** A policy pack as the engine talks to it, without the engine: what it takes for a stack is its own time alone. */
export class PackServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly client: analyzer.AnalyzerClient,
  ) {}

  static async start(launcher: string): Promise<PackServer> {
    const child = spawn(launcher, ["127.0.0.1:1"], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, PULUMI_DRY_RUN: "true" },
    });
    const port = await new Promise<string>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`the pack ended with exit code ${code}`)));
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).once("line", resolve);
    });
    const options = { "grpc.max_receive_message_length": 1 << 30, "grpc.max_send_message_length": 1 << 30 };
    return new PackServer(
      child,
      new analyzer.AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), options),
    );
  }

  configure(policies: Record<string, object>): Promise<void> {
    const request = new messages.ConfigureAnalyzerRequest();
    for (const [name, properties] of Object.entries(policies)) {
      const config = new messages.PolicyConfig();
      config.setProperties(Struct.fromJavaScript(properties as never));
      config.setEnforcementlevel(messages.EnforcementLevel.MANDATORY);
      request.getPolicyconfigMap().set(name, config);
    }
    return new Promise((resolve, reject) => {
      this.client.configure(request, (error: Error | null) => (error ? reject(error) : resolve()));
    });
  }

  /** How many findings the pack has of a stack of `resources`. */
  analyze(resources: PlainResource[]): Promise<number> {
    const request = new messages.AnalyzeStackRequest();
    request.setResourcesList(resources.map(analyzerResource));
    return new Promise((resolve, reject) => {
      this.client.analyzeStack(request, (error: Error | null, response: messages.AnalyzeResponse) =>
        error ? reject(error) : resolve(response.getDiagnosticsList().length),
      );
    });
  }

  stop(): void {
    this.client.close();
    this.child.kill();
  }
}

function analyzerResource({ type, name, props }: PlainResource): messages.AnalyzerResource {
  const resource = new messages.AnalyzerResource();
  resource.setType(type);
  resource.setName(name);
  resource.setUrn(`urn:pulumi:production::shop::${type}::${name}`);
  resource.setProperties(Struct.fromJavaScript(props as never));
  resource.setOptions(new messages.AnalyzerResourceOptions());
  return resource;
}
