import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { remove } from "./files";
import { run, tryRun } from "./run";

/** Debian packages that the lab needs on the machine, each with what for. */
export const hostPackages: Record<string, string> = {
  "busybox-static": "shell of the helper image that makes and removes volumes",
  "ca-certificates": "certificates for the operator's image",
  conntrack: "kube-proxy: forgets connections to pods that are gone",
  containerd: "runs the pods",
  "containernetworking-plugins": "pods' network: bridge, host-local, portmap",
  "debian-archive-keyring": "keys that Debian trixie's packages are checked with",
  ethtool: "kubelet",
  gcc: "compiles the pause program of the pods' sandboxes",
  iproute2: "makes the network namespace",
  ipset: "kube-router: NetworkPolicy",
  iptables: "kube-proxy and kube-router",
  kmod: "modprobe",
  "libc6-dev": "compiles the pause program",
  mmdebstrap: "makes images from Debian packages",
  mount: "kubelet mounts volumes",
  openssl: "the lab's certificates",
  procps: "sysctl",
  runc: "runs the pods",
  socat: "kubectl port-forward",
  "util-linux": "nsenter, unshare",
};

async function missingOf(names: readonly string[]): Promise<string[]> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
  const { stdout } = await tryRun(["dpkg-query", "-W", "-f", "${Package} ${Status}\n", ...names]);
  const installed = new Set(
    stdout
      .split("\n")
      .filter((line) => line.endsWith(" install ok installed"))
      .map((line) => line.split(" ")[0]),
  );
  return names.filter((name) => !installed.has(name));
}

/** Installs the packages that are missing. True when there were some. */
export async function ensurePackages(names: readonly string[] = Object.keys(hostPackages)): Promise<boolean> {
  const missing = await missingOf(names);
  if (missing.length === 0) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await withoutServices(async () => {
    await run(["apt-get", "update", "-qq"], { env, todo: "check the package sources in /etc/apt" });
    await run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", ...missing], {
      env,
      todo: `install by hand: apt-get install ${missing.join(" ")}`,
    });
  });
  return true;
}

/** Debian starts the services it installs unless this file forbids it; the lab runs a containerd of its own. */
async function withoutServices(work: () => Promise<void>): Promise<void> {
  const policy = "/usr/sbin/policy-rc.d";
  if (existsSync(policy)) return work(); // the machine has a policy of its own, often this very one
  writeFileSync(policy, "#!/bin/sh\nexit 101\n");
  chmodSync(policy, 0o755);
  try {
    await work();
  } finally {
    remove(policy);
  }
}
