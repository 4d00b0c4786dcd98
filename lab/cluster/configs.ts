import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeIfChanged } from "../files";
import {
  containerdSocket,
  dnsServiceAddress,
  kubeconfig,
  labDir,
  nodeAddress,
  pkiDir,
  podCidr,
  podLogsDir,
  runDir,
  volumesDir,
} from "../paths";

const configDir = join(labDir, "config");

export const configFiles = {
  containerd: join(configDir, "containerd.toml"),
  cni: join(labDir, "cni", "net.d", "10-lab.conflist"),
  kubelet: join(configDir, "kubelet.json"),
  corefile: join(configDir, "Corefile"),
  localPath: join(configDir, "local-path.json"),
  /** Name server of pods and, through `exec`, of what runs on the host inside the lab's network. */
  resolvConf: join(labDir, "resolv.conf"),
};

/** Writes the components' configuration; a component whose file changed is restarted, the others are left alone. */
export function writeConfigs(pauseImage: string): void {
  for (const folder of [runDir, volumesDir, join(labDir, "etcd"), join(labDir, "containerd")]) {
    mkdirSync(folder, { recursive: true });
  }
  writeIfChanged(configFiles.containerd, containerdConfig(pauseImage));
  writeIfChanged(configFiles.cni, JSON.stringify(cniConfig(), undefined, 2));
  writeIfChanged(configFiles.kubelet, JSON.stringify(kubeletConfig(), undefined, 2));
  writeIfChanged(configFiles.corefile, corefile());
  writeIfChanged(configFiles.localPath, JSON.stringify(localPathConfig()));
  writeIfChanged(configFiles.resolvConf, `nameserver ${nodeAddress}\n`);
}

function containerdConfig(pauseImage: string): string {
  return `version = 2
root = "${join(labDir, "containerd")}"
state = "${join(runDir, "containerd")}"
[grpc]
  address = "${containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  # A machine's root may lack CAP_SYS_RESOURCE; without this runc then fails with "can't get final child's PID".
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${join(labDir, "cni", "net.d")}"
`;
}

function cniConfig(): object {
  const ipam = {
    type: "host-local",
    dataDir: join(labDir, "cni", "ipam"),
    ranges: [[{ subnet: podCidr }]],
    routes: [{ dst: "0.0.0.0/0" }],
  };
  return {
    cniVersion: "1.0.0",
    name: "lab",
    plugins: [
      { type: "bridge", bridge: "cni0", isGateway: true, ipMasq: true, hairpinMode: true, ipam },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}

function kubeletConfig(): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    // cgroup v1 and v2 machines alike; without systemd as the cgroup manager.
    failCgroupV1: false,
    cgroupDriver: "cgroupfs",
    failSwapOn: false,
    oomScoreAdj: 0,
    clusterDNS: [dnsServiceAddress],
    clusterDomain: "cluster.local",
    resolvConf: configFiles.resolvConf,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(pkiDir, "ca.crt") },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: join(pkiDir, "kubelet.crt"),
    tlsPrivateKeyFile: join(pkiDir, "kubelet.key"),
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    // There is no registry to fetch an image from again: none may be thrown away to make room.
    imageGCHighThresholdPercent: 100,
    imageMaximumGCAge: "0s",
    evictionHard: { "nodefs.available": "1%", "imagefs.available": "1%", "memory.available": "100Mi" },
    podLogsDir,
    maxPods: 110,
    syncFrequency: "5s",
  };
}

function corefile(): string {
  return `.:53 {
    bind ${nodeAddress}
    errors
    kubernetes cluster.local in-addr.arpa {
        kubeconfig ${kubeconfig}
        pods insecure
    }
    cache 5
}
`;
}

function localPathConfig(): object {
  return { nodePathMap: [{ node: "DEFAULT_PATH_FOR_NON_LISTED_NODES", paths: [volumesDir] }] };
}

/** True when the lab has been up on this machine before. */
export function wasConfigured(): boolean {
  return existsSync(configFiles.containerd);
}
