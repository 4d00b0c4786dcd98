import type { S3Credentials } from "../../../lab";
import type { JobSpec } from "../../../scripts/loop/jobs";
import { getObject, kubectl } from "../../../scripts/loop/kubectl";
import type { Bucket } from "../../../store/s3-store";

const SECRET = "own-identity";

interface PodTemplate {
  containers: { name: string; env?: object[] }[];
  volumes: { name: string; configMap?: { name: string } }[];
}

/**
 * Changes a CronJob's Jobs so that they use `place` as they would use Amazon S3: by the pod's own identity, of which no
 * Secret is mounted. There is no AWS here to give pods an identity: variables with a key stand in for it, since the AWS
 * SDK looks for both in the same way.
 */
export async function withOwnIdentity(
  namespace: string,
  cronJob: string,
  { bucket, region, endpoint }: Bucket,
  { accessKeyId, secretAccessKey }: S3Credentials,
): Promise<(spec: JobSpec) => void> {
  const job = await getObject<{ spec: { jobTemplate: { spec: { template: { spec: PodTemplate } } } } }>(
    namespace,
    "cronjob",
    cronJob,
  );
  const configOf = ({ volumes }: PodTemplate) => volumes.find(({ name }) => name === "config")?.configMap;
  const name = job && configOf(job.spec.jobTemplate.spec.template.spec)?.name;
  const config = name && (await getObject<{ data: Record<string, string> }>(namespace, "configmap", name));
  if (!config) throw new Error(`${namespace}/${cronJob} has no config`);
  const access = { kind: "s3", bucket, region, endpoint };
  const data = Object.fromEntries(
    Object.entries(config.data).map(([key, text]) => {
      // The drill that a backup asks for would look for it where the team's backups are.
      const { requestDrill: _, ...read } = JSON.parse(text) as { requestDrill?: object; evidenceStorage?: object };
      const storages = { storage: access, ...(read.evidenceStorage && { evidenceStorage: access }) };
      return [key, JSON.stringify({ ...read, ...storages })];
    }),
  );
  const changed = `${cronJob}-${SECRET}`;
  const stringData = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  const items = [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: changed, namespace }, data },
    { apiVersion: "v1", kind: "Secret", metadata: { name: SECRET, namespace }, stringData },
  ];
  await kubectl(["apply", "-f", "-"], { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });

  return (spec) => {
    const pod = spec.template.spec as unknown as PodTemplate & { initContainers?: PodTemplate["containers"] };
    const volume = configOf(pod);
    if (volume) volume.name = changed;
    const variable = (key: string) => ({ name: key, valueFrom: { secretKeyRef: { name: SECRET, key } } });
    for (const container of pod.containers)
      container.env = [...(container.env ?? []), ...Object.keys(stringData).map(variable)];
  };
}
