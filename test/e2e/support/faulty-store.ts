import { CreateBucketCommand, ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { readImages } from "../../../lab";
import type { JobSpec } from "../../../scripts/loop/jobs";
import { kubectl } from "../../../scripts/loop/kubectl";
import { eventually } from "../../../scripts/loop/settled";
import { Store } from "./store";
import type { World } from "./world";

const podName = "faulty-store";
const keys = { accessKeyId: "faulty", secretAccessKey: "faulty-store-key" };

/** A second S3 server, on a disk of a given size in memory, which a test may fill or end. */
export class FaultyStore {
  private constructor(
    private readonly namespace: string,
    private readonly store: Store,
  ) {}

  static async start(world: World, size: string): Promise<FaultyStore> {
    const { namespace } = world.target;
    const labels = { app: podName };
    const metadata = { name: podName, namespace, labels };
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata,
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: "s3",
            image: readImages().versitygw,
            args: ["--port", ":7070", "posix", "/data"],
            env: [
              { name: "ROOT_ACCESS_KEY", value: keys.accessKeyId },
              { name: "ROOT_SECRET_KEY", value: keys.secretAccessKey },
            ],
            volumeMounts: [{ name: "data", mountPath: "/data" }],
          },
        ],
        volumes: [{ name: "data", emptyDir: { medium: "Memory", sizeLimit: size } }],
      },
    };
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: labels, ports: [{ port: 7070 }] },
    };
    await FaultyStore.delete(namespace);
    await kubectl(["create", "-f", "-"], {
      input: JSON.stringify({ apiVersion: "v1", kind: "List", items: [pod, service] }),
    });
    await kubectl(["-n", namespace, "wait", "--for=condition=Ready", `pod/${podName}`, "--timeout=60s"]);
    const ip = await kubectl(["-n", namespace, "get", "service", podName, "-o", "jsonpath={.spec.clusterIP}"]);
    const endpoint = `http://${podName}.${namespace}.svc.cluster.local:7070`;
    const store = new Store({ endpoint: `http://${ip}:7070`, bucket: "faulty", region: "us-east-1", ...keys });
    await eventually(
      "the second S3 server",
      () => store.client.send(new CreateBucketCommand({ Bucket: "faulty" })).catch(() => undefined),
      30,
    );
    await world.secret(podName, {
      ACCESS_KEY_ID: keys.accessKeyId,
      ACCESS_SECRET_KEY: keys.secretAccessKey,
      BUCKET: "faulty",
      ENDPOINT: endpoint,
      REGION: "us-east-1",
    });
    return new FaultyStore(namespace, store);
  }

  /** Makes the Job back up into this store. */
  use(spec: JobSpec): void {
    const { volumes } = spec.template.spec as unknown as {
      volumes: { name: string; secret?: { secretName: string } }[];
    };
    for (const volume of volumes) if (volume.name === "storage" && volume.secret) volume.secret.secretName = podName;
  }

  /** Ends the server in the middle of an upload: when a multipart upload has begun. */
  async vanishWhenWrittenTo(): Promise<void> {
    await eventually(
      "an upload to begin",
      async () => {
        const { Uploads } = await this.store.client.send(new ListMultipartUploadsCommand({ Bucket: "faulty" }));
        return Uploads?.[0];
      },
      120,
      100,
    );
    await kubectl(["-n", this.namespace, "delete", "pod", podName, "--now"]);
  }

  remove(): Promise<void> {
    return FaultyStore.delete(this.namespace);
  }

  private static async delete(namespace: string): Promise<void> {
    await kubectl(["-n", namespace, "delete", "pod,service", podName, "--ignore-not-found", "--now"]);
  }
}
