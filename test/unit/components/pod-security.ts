/**
 * What the Pod Security Standard "restricted" (Kubernetes 1.33, pod-security-admission) forbids of `pod`, one line each;
 * empty when the pod would be admitted.
 */
// biome-ignore lint/suspicious/noExplicitAny: a pod's spec as sent to Kubernetes.
export function restrictedProblems(pod: any): string[] {
  const problems: string[] = [];
  const check = (ok: boolean, what: string) => {
    if (!ok) problems.push(what);
  };
  const allowed = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
  ];
  for (const { name, ...source } of pod.volumes ?? [])
    for (const kind of Object.keys(source)) check(allowed.includes(kind), `volume ${name} is a ${kind}`);
  for (const host of ["hostNetwork", "hostPID", "hostIPC"]) check(!pod[host], host);
  for (const container of [...(pod.initContainers ?? []), ...pod.containers]) {
    const own = container.securityContext ?? {};
    const at = `container ${container.name}: `;
    check(own.allowPrivilegeEscalation === false, `${at}allowPrivilegeEscalation`);
    check(JSON.stringify(own.capabilities?.drop) === '["ALL"]', `${at}capabilities`);
    check(!own.capabilities?.add?.length, `${at}added capabilities`);
    check(!own.privileged, `${at}privileged`);
    check((own.runAsNonRoot ?? pod.securityContext?.runAsNonRoot) === true, `${at}runAsNonRoot`);
    check((own.runAsUser ?? pod.securityContext?.runAsUser) !== 0, `${at}runAsUser 0`);
    const seccomp = own.seccompProfile?.type ?? pod.securityContext?.seccompProfile?.type;
    check(["RuntimeDefault", "Localhost"].includes(seccomp), `${at}seccompProfile`);
    check(
      (container.ports ?? []).every((p: { hostPort?: number }) => !p.hostPort),
      `${at}hostPort`,
    );
  }
  return problems;
}
