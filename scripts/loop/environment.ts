import { readFileSync } from "node:fs";
import { z } from "zod";
import { readImages, readS3Access } from "../../lab";
import { LabError, messageOf } from "../../lab/errors";
import { tryRun } from "../../lab/run";
import type { StorageKeys } from "./local-stack";

/** What the loop works with: the lab's images and store, or those given for a cluster of one's own. */
export interface Environment {
  images: { server: string; agent: string };
  storage: StorageKeys;
}

export async function findEnvironment(): Promise<Environment> {
  return process.env.RESTORABLE_LAB ? labEnvironment() : ownEnvironment();
}

function labEnvironment(): Environment {
  const { postgres, agent } = readImages();
  if (!postgres || !agent) throw new LabError("the lab has no images yet", { todo: "run make up" });
  return { images: { server: postgres, agent }, storage: readS3Access() };
}

const DEFAULT_SERVER_IMAGE = "ghcr.io/cloudnative-pg/postgresql:17.6-bookworm";

const key = z.object({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1) });
const storageSchema = z.object({
  endpoint: z.url(),
  bucket: z.string().min(3),
  region: z.string().min(1),
  writer: key,
  reader: key,
  evidence: key,
  pruner: key,
});

/** Checks all that a cluster of one's own must bring, before anything is changed there. */
async function ownEnvironment(): Promise<Environment> {
  const missing: string[] = [];
  const reached = await tryRun(["kubectl", "version", "-o", "json", "--request-timeout=10s"]);
  if (reached.code !== 0) missing.push(`the cluster of KUBECONFIG does not answer: ${reached.stderr.trim()}`);
  else if ((await tryRun(["kubectl", "get", "crd", "clusters.postgresql.cnpg.io"])).code !== 0)
    missing.push(
      "CloudNativePG is not installed in the cluster: install version 1.30 as its manual says (Installation and upgrades)",
    );
  if ((await tryRun(["pulumi", "version"]).catch(() => undefined))?.code !== 0)
    missing.push("the pulumi command is not on PATH: install it");
  const agent = process.env.RESTORABLE_AGENT_IMAGE;
  if (!agent)
    missing.push(
      "RESTORABLE_AGENT_IMAGE is not set: build agent/Dockerfile, give the image to the cluster, and name it there",
    );
  const file = process.env.RESTORABLE_STORAGE;
  let storage: StorageKeys | undefined;
  if (!file)
    missing.push(
      "RESTORABLE_STORAGE is not set: name a JSON file with endpoint, bucket, region and the keys writer, reader, evidence, pruner",
    );
  else {
    try {
      storage = storageSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    } catch (error) {
      // A parser's message may quote what it read, and this file holds keys.
      const why =
        error instanceof z.ZodError
          ? error.issues.map((i) => `${i.path.join(".")}: ${i.message}`).join("; ")
          : "it cannot be read as JSON";
      missing.push(`RESTORABLE_STORAGE (${file}) cannot be used: ${why}`);
    }
  }
  if (missing.length > 0 || !agent || !storage) {
    throw new LabError("your own cluster lacks what make up needs", {
      why: missing.join("\n"),
      todo: 'see "On your own cluster" in the README, or unset KUBECONFIG to use the lab',
    });
  }
  return { images: { server: process.env.RESTORABLE_SERVER_IMAGE ?? DEFAULT_SERVER_IMAGE, agent }, storage };
}

/** The context of KUBECONFIG: it tells the stacks of several own clusters apart. */
export async function ownContext(): Promise<string | undefined> {
  if (process.env.RESTORABLE_LAB) return undefined;
  const { code, stdout, stderr } = await tryRun(["kubectl", "config", "current-context"]).catch((error: unknown) => {
    throw new LabError("kubectl cannot be started", { why: messageOf(error), todo: "install kubectl" });
  });
  if (code !== 0)
    throw new LabError("KUBECONFIG has no current context", {
      why: stderr.trim(),
      todo: "kubectl config use-context NAME",
    });
  return stdout.trim();
}
