import type { JobSpec } from "../../../scripts/loop/jobs";

/** Makes the Job use another Secret for one of its mounted folders. */
export function useSecret(spec: JobSpec, volume: string, secretName: string): void {
  const { volumes } = spec.template.spec as unknown as { volumes: { name: string; secret?: { secretName: string } }[] };
  const found = volumes.find((candidate) => candidate.name === volume);
  if (!found?.secret) throw new Error(`the Job has no Secret volume "${volume}"`);
  found.secret.secretName = secretName;
}
