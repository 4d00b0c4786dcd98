import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A stand-in for Kubernetes' API server on loopback, and a kubeconfig that leads to it, as KUBECONFIG. */
export class ApiServer {
  readonly folder = mkdtempSync(join(tmpdir(), "api-server-"));
  private readonly kubeconfig = join(this.folder, "kubeconfig");
  private readonly before = process.env.KUBECONFIG;
  private server: Server | undefined;

  /** Answers every request so; gives the paths that are asked for, as they come. */
  async answer(status: number, body: unknown): Promise<string[]> {
    const asked: string[] = [];
    await this.listen((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
    });
    return asked;
  }

  async answerNever(): Promise<void> {
    await this.listen(() => undefined);
  }

  /** Makes the kubeconfig lead to `url`. */
  pointTo(url: string): void {
    const config = {
      clusters: [{ name: "c", cluster: { server: url, "insecure-skip-tls-verify": url.startsWith("http:") } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    };
    writeFileSync(this.kubeconfig, JSON.stringify({ apiVersion: "v1", kind: "Config", ...config }));
    process.env.KUBECONFIG = this.kubeconfig;
  }

  close(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  /** Leaves everything as it was. */
  remove(): void {
    this.close();
    if (this.before === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = this.before;
    rmSync(this.folder, { recursive: true });
  }

  private async listen(listener: RequestListener): Promise<void> {
    this.close();
    const server = createServer(listener);
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.pointTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }
}
