import { homedir } from "node:os";
import { join } from "node:path";

/** Everything the lab makes lies below this folder, so that deleting it removes every trace but Debian packages. */
export const cacheDir = process.env.RESTORABLE_CACHE ?? join(process.env.HOME ?? homedir(), ".cache", "restorable");

/** The lab's sources: Go modules, the pause program, the Node.js pin. */
export const sourceDir = join(__dirname);

export const binDir = join(cacheDir, "bin");
export const toolsDir = join(cacheDir, "tools");
export const imagesDir = join(cacheDir, "images");

/** State of the running lab: etcd, containerd, volumes, certificates. `clean` removes it. */
export const labDir = join(cacheDir, "lab");
export const logsDir = join(labDir, "logs");
/** What containers printed, as the kubelet keeps it: `<namespace>_<pod>_<uid>/<container>/<n>.log`. */
export const podLogsDir = join(labDir, "pod-logs");
export const pidsDir = join(labDir, "pids");
export const pkiDir = join(labDir, "pki");
export const volumesDir = join(labDir, "volumes");
export const kubeconfig = join(pkiDir, "admin.kubeconfig");
export const imagesFile = join(labDir, "images.json");
export const s3File = join(labDir, "s3.json");

/** Sockets and mounts: they must be on a tmpfs, with a path short enough for a UNIX socket (107 bytes). */
export const runDir = "/run/restorable-lab";
export const containerdSocket = join(runDir, "containerd.sock");

export const netns = "restorable-lab";
export const netnsPath = `/run/netns/${netns}`;
export const nodeName = "lab";
export const nodeAddress = "10.89.0.1";
export const podCidr = "10.244.0.0/24";
export const serviceCidr = "10.96.0.0/16";
export const apiServiceAddress = "10.96.0.1";
export const dnsServiceAddress = "10.96.0.10";
