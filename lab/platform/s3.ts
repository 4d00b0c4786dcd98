import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { inLab } from "../cluster/env";
import { apply, type KubectlTarget, kubectl, tryKubectl } from "../cluster/kubectl";
import { LabError } from "../errors";
import { readJson, writeIfChanged } from "../files";
import { s3File, sourceDir } from "../paths";
import { run, until } from "../run";
import { s3Endpoint, s3Manifests, s3Namespace, s3Port } from "./s3-manifests";
import { type S3User, s3Users, usersOf } from "./s3-policy";

export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

/** What s3.json holds: where the store is, and who may do what there. */
export type S3Access = {
  /** Reaches the store from pods, and from programs started with `exec`. */
  endpoint: string;
  bucket: string;
  region: string;
  root: S3Credentials;
} & Record<S3User, S3Credentials>;

/**
 * The store's credentials: generated once, then kept as long as the lab's data. A user that came to the lab later gets
 * its own beside those that are there.
 */
export function s3Access(path = s3File): S3Access {
  const known = readJson<Partial<S3Access>>(path) ?? {};
  const credentials = (name: string): S3Credentials => ({
    accessKeyId: name,
    secretAccessKey: randomBytes(24).toString("base64url"),
  });
  const access: S3Access = {
    endpoint: known.endpoint ?? s3Endpoint,
    bucket: known.bucket ?? "backups",
    region: known.region ?? "us-east-1",
    root: known.root ?? credentials("root"),
    ...usersOf((user) => known[user] ?? credentials(user)),
  };
  writeIfChanged(path, `${JSON.stringify(access, undefined, 2)}\n`, 0o600);
  return access;
}

/** Reads s3.json of a lab that is up. */
export function readS3Access(): S3Access {
  if (existsSync(s3File)) return s3Access();
  throw new LabError("the lab has no S3 store yet", { where: s3File, todo: "start the lab: `tsx lab/main.ts up`" });
}

export async function applyS3(
  target: KubectlTarget,
  images: { versitygw: string; busybox: string },
  access: S3Access,
): Promise<void> {
  await apply(target, s3Manifests(images, access.root));
}

const inStore = ["-n", s3Namespace, "exec", "deployment/s3", "-c", "versitygw", "--"];

/** Waits until the store answers, then sees to its users, bucket, versioning and policy. */
export async function setUpS3(target: KubectlTarget, access: S3Access, viaLab: boolean): Promise<void> {
  await kubectl(target, ["-n", s3Namespace, "rollout", "status", "deployment/s3", "--timeout=120s"], {
    todo: `kubectl -n ${s3Namespace} describe pods; kubectl -n ${s3Namespace} logs deployment/s3`,
  });
  // What the cluster says of a deployment may be from before a restart: a command in its container is the proof.
  await until(
    "a command in the S3 store's container",
    async () => {
      const { code, stderr } = await tryKubectl(target, [...inStore, "/versitygw", "--version"]);
      return code === 0 || stderr.trim();
    },
    { timeoutMs: 60_000, todo: `kubectl -n ${s3Namespace} describe pods` },
  );
  for (const user of s3Users) await ensureUser(target, access, access[user]);
  // The AWS SDK has to run where the Service can be reached, which this process may not be.
  const script = [process.execPath, "--import", require.resolve("tsx"), join(sourceDir, "platform", "s3-bucket.ts")];
  await run(viaLab ? inLab(script) : script, { input: JSON.stringify(access), cwd: sourceDir });
}

async function ensureUser(target: KubectlTarget, access: S3Access, user: S3Credentials): Promise<void> {
  const { root, region } = access;
  const exec = [...inStore, "/versitygw", "admin"];
  const admin = ["--access", root.accessKeyId, "--secret", root.secretAccessKey, "--region", region];
  const at = ["--endpoint-url", `http://127.0.0.1:${s3Port}`];
  const credentials = ["--access", user.accessKeyId, "--secret", user.secretAccessKey];
  const created = await tryKubectl(target, [...exec, ...admin, ...at, "create-user", ...credentials, "--role", "user"]);
  if (created.code === 0) return;
  // It exists already: then its secret is made to be the one that s3.json names.
  await kubectl(target, [...exec, ...admin, ...at, "update-user", ...credentials], {
    todo: `create-user said: ${created.stderr.trim()}`,
  });
}

/** Address of a Service, for programs on the host that cannot use the lab's name server. */
export async function clusterIp(target: KubectlTarget, namespace: string, service: string): Promise<string> {
  const address = await kubectl(target, [
    "-n",
    namespace,
    "get",
    "service",
    service,
    "-o",
    "jsonpath={.spec.clusterIP}",
  ]);
  return address.trim();
}
