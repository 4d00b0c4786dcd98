import { join } from "node:path";
import { binDir, cacheDir, kubeconfig } from "../paths";
import { configFiles } from "./configs";
import { inNetns } from "./netns";

/** Environment for programs that use the lab: its kubeconfig, and its tools first in PATH. */
export function labEnv(base: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const path = [binDir, join(cacheDir, "node", "bin"), base.PATH].filter(Boolean).join(":");
  return { ...base, KUBECONFIG: kubeconfig, PATH: path };
}

/**
 * argv, to be run inside the lab's network with the lab's name server: addresses of Services and their names
 * (`s3.storage.svc.cluster.local`) both work. The file with the name server is seen by this command only.
 */
export function inLab(argv: readonly string[]): string[] {
  const script = `mount --bind '${configFiles.resolvConf}' /etc/resolv.conf && exec "$@"`;
  return inNetns(["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "lab", ...argv]);
}
