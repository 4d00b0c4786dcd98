import { readImages } from "../../../lab";
import { tryRun } from "../../../lab/run";
import { kubectl } from "../../../scripts/loop/kubectl";

/** Whether a pod in `namespace` gets a TCP connection to `host`:`port`. */
export async function answers(namespace: string, host: string, port: number): Promise<boolean> {
  const name = `probe-${Date.now().toString(36)}`;
  const connect = `timeout 4 bash -c 'exec 3<>/dev/tcp/${host}/${port}'`;
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace },
    spec: {
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 26, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "probe",
          image: readImages().postgres,
          command: ["bash", "-c", "sleep 300"],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      ],
    },
  };
  try {
    await kubectl(["create", "-f", "-"], { input: JSON.stringify(pod) });
    await kubectl(["-n", namespace, "wait", "--for=condition=Ready", `pod/${name}`, "--timeout=60s"]);
    // The firewall learns of a pod a moment after it has started: what counts is what lasts.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const { code } = await tryRun(["kubectl", "-n", namespace, "exec", name, "--", "bash", "-c", connect]);
    return code === 0;
  } finally {
    await kubectl(["-n", namespace, "delete", "pod", name, "--now", "--ignore-not-found"]);
  }
}
