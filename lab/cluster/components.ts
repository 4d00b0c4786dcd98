import { join } from "node:path";
import { binDir, kubeconfig, labDir, nodeAddress, nodeName, pkiDir, podCidr, serviceCidr } from "../paths";
import { configFiles } from "./configs";
import type { ProcessSpec } from "./processes";

const bin = (name: string) => join(binDir, name);
const pki = (file: string) => join(pkiDir, file);

const etcd: ProcessSpec = {
  name: "etcd",
  argv: [
    bin("etcd"),
    `--data-dir=${join(labDir, "etcd")}`,
    // A lab can be made again: an fsync for each write would only slow it down.
    "--unsafe-no-fsync",
    "--listen-client-urls=http://127.0.0.1:2379",
    "--advertise-client-urls=http://127.0.0.1:2379",
    "--listen-peer-urls=http://127.0.0.1:2380",
    "--auto-compaction-mode=periodic",
    "--auto-compaction-retention=10m",
    "--log-level=warn",
  ],
};

const containerd: ProcessSpec = {
  name: "containerd",
  argv: ["/usr/bin/containerd", "-c", configFiles.containerd],
  configs: [configFiles.containerd],
};

const apiserver: ProcessSpec = {
  name: "kube-apiserver",
  argv: [
    bin("kube-apiserver"),
    `--advertise-address=${nodeAddress}`,
    "--bind-address=0.0.0.0",
    "--secure-port=6443",
    "--etcd-servers=http://127.0.0.1:2379",
    `--service-cluster-ip-range=${serviceCidr}`,
    "--authorization-mode=Node,RBAC",
    "--allow-privileged=true",
    // The node's name is in no DNS: without this, logs and exec look it up in vain.
    "--kubelet-preferred-address-types=InternalIP",
    `--client-ca-file=${pki("ca.crt")}`,
    `--tls-cert-file=${pki("apiserver.crt")}`,
    `--tls-private-key-file=${pki("apiserver.key")}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${pki("sa.pub")}`,
    `--service-account-signing-key-file=${pki("sa.key")}`,
    `--kubelet-client-certificate=${pki("admin.crt")}`,
    `--kubelet-client-key=${pki("admin.key")}`,
    `--kubelet-certificate-authority=${pki("ca.crt")}`,
    `--requestheader-client-ca-file=${pki("ca.crt")}`,
    "--requestheader-allowed-names=front-proxy-client",
    "--requestheader-username-headers=X-Remote-User",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    `--proxy-client-cert-file=${pki("front-proxy.crt")}`,
    `--proxy-client-key-file=${pki("front-proxy.key")}`,
  ],
  configs: [pki("apiserver.crt")],
};

const controllerManager: ProcessSpec = {
  name: "kube-controller-manager",
  argv: [
    bin("kube-controller-manager"),
    `--kubeconfig=${pki("controller-manager.kubeconfig")}`,
    `--service-account-private-key-file=${pki("sa.key")}`,
    `--root-ca-file=${pki("ca.crt")}`,
    "--use-service-account-credentials",
    `--cluster-signing-cert-file=${pki("ca.crt")}`,
    `--cluster-signing-key-file=${pki("ca.key")}`,
    "--leader-elect=false",
    "--allocate-node-cidrs=true",
    "--cluster-cidr=10.244.0.0/16",
  ],
  configs: [pki("controller-manager.kubeconfig")],
};

const scheduler: ProcessSpec = {
  name: "kube-scheduler",
  argv: [bin("kube-scheduler"), `--kubeconfig=${pki("scheduler.kubeconfig")}`, "--leader-elect=false"],
  configs: [pki("scheduler.kubeconfig")],
};

const kubelet: ProcessSpec = {
  name: "kubelet",
  argv: [
    bin("kubelet"),
    `--config=${configFiles.kubelet}`,
    `--kubeconfig=${pki("kubelet.kubeconfig")}`,
    `--hostname-override=${nodeName}`,
    `--node-ip=${nodeAddress}`,
    `--root-dir=${join(labDir, "kubelet")}`,
  ],
  configs: [configFiles.kubelet, pki("kubelet.kubeconfig")],
};

const kubeProxy: ProcessSpec = {
  name: "kube-proxy",
  argv: [
    bin("kube-proxy"),
    `--kubeconfig=${pki("proxy.kubeconfig")}`,
    "--proxy-mode=iptables",
    `--cluster-cidr=${podCidr}`,
    `--hostname-override=${nodeName}`,
    // conntrack limits belong to the machine, not to the lab.
    "--conntrack-max-per-core=0",
  ],
  configs: [pki("proxy.kubeconfig")],
};

/** Answers what runs on the host inside the lab's network; pods have a CoreDNS of their own, in kube-system. */
const hostDns: ProcessSpec = {
  name: "coredns",
  argv: [bin("coredns"), "-conf", configFiles.corefile],
  configs: [configFiles.corefile, kubeconfig],
};

/** NetworkPolicy: the bridge plugin enforces none, kube-router's firewall alone does. */
const kubeRouter: ProcessSpec = {
  name: "kube-router",
  argv: [
    bin("kube-router"),
    "--run-router=false",
    "--run-firewall=true",
    "--run-service-proxy=false",
    "--run-loadbalancer=false",
    `--kubeconfig=${kubeconfig}`,
    `--hostname-override=${nodeName}`,
    `--service-cluster-ip-range=${serviceCidr}`,
    "--service-node-port-range=30000-32767",
  ],
  configs: [kubeconfig],
};

/** Claims become folders below the lab's volumes folder. */
function localPath(helperImage: string): ProcessSpec {
  return {
    name: "local-path-provisioner",
    argv: [
      bin("local-path-provisioner"),
      "start",
      `--kubeconfig=${kubeconfig}`,
      "--namespace=local-path-storage",
      "--provisioner-name=rancher.io/local-path",
      `--config=${configFiles.localPath}`,
      "--service-account-name=local-path-provisioner",
      `--helper-image=${helperImage}`,
      "--configmap-name=local-path-config",
    ],
    configs: [configFiles.localPath, kubeconfig],
  };
}

/** What runs, in the order in which it starts. Each group needs the one before it to answer. */
export function components(images: { busybox: string }) {
  return {
    foundation: [etcd, containerd],
    apiserver: [apiserver],
    controllers: [controllerManager, scheduler, kubelet, kubeProxy, hostDns],
    // kube-router wants the node to be there, local-path its ConfigMap.
    addons: [localPath(images.busybox), kubeRouter],
  } satisfies Record<string, readonly ProcessSpec[]>;
}

export function allComponents(images: { busybox: string }): readonly ProcessSpec[] {
  return Object.values(components(images)).flat();
}

/**
 * In this order they are stopped: what would start something again goes first, then the pods, which may still talk to
 * the API server and to each other while they end, then what they stand on.
 */
export const stopOrder = {
  beforePods: ["kubelet", "local-path-provisioner", "kube-scheduler", "kube-controller-manager"],
  afterPods: ["kube-router", "coredns", "kube-proxy", "kube-apiserver", "containerd", "etcd"],
} as const;
