import { existsSync, readFileSync } from "node:fs";
import { LabError } from "../errors";
import { netns, netnsPath, nodeAddress } from "../paths";
import { run, tryRun } from "../run";

/** argv, to be run inside the lab's network. */
export function inNetns(argv: readonly string[]): string[] {
  return ["nsenter", `--net=${netnsPath}`, ...argv];
}

function exists(): boolean {
  // `ip netns` leaves an empty file behind when the namespace is gone: only a mounted one is real.
  return existsSync(netnsPath) && readFileSync("/proc/self/mountinfo", "utf8").includes(` ${netnsPath} `);
}

/**
 * The network namespace in which everything of the lab talks. It has no way out: what runs in the lab cannot reach
 * anything else, and its addresses cannot meet the machine's own. True when it was made.
 */
export async function ensureNetns(): Promise<boolean> {
  if (exists()) return false;
  const ip = (...args: string[]) => run(["ip", ...args]);
  if (existsSync(netnsPath)) await tryRun(["ip", "netns", "delete", netns]);
  await ip("netns", "add", netns);
  await ip("-n", netns, "link", "set", "lo", "up");
  // The node's address sits on one end of a veth pair, both ends in here: kernels without dummy interfaces have veth.
  await ip("-n", netns, "link", "add", "node0", "type", "veth", "peer", "name", "node0p");
  await ip("-n", netns, "addr", "add", `${nodeAddress}/24`, "dev", "node0");
  await ip("-n", netns, "link", "set", "node0", "up");
  await ip("-n", netns, "link", "set", "node0p", "up");
  await ip("-n", netns, "route", "add", "default", "via", nodeAddress);
  // Built into some kernels, a module in others; what counts is the switch below.
  for (const module of ["br_netfilter", "overlay"]) await tryRun(["modprobe", "-q", module]);
  const sysctl = (setting: string) => tryRun(inNetns(["sysctl", "-qw", setting]));
  await sysctl("net.ipv4.ip_forward=1");
  await sysctl("net.ipv4.conf.all.route_localnet=1");
  const bridged = await sysctl("net.bridge.bridge-nf-call-iptables=1");
  if (bridged.code !== 0) {
    throw new LabError("packets between pods would pass by the firewall, so no NetworkPolicy would be kept", {
      where: "sysctl net.bridge.bridge-nf-call-iptables",
      why: bridged.stderr,
      todo: "load the kernel module br_netfilter (modprobe br_netfilter), then run `up` again",
    });
  }
  return true;
}

export async function deleteNetns(): Promise<void> {
  if (existsSync(netnsPath)) await run(["ip", "netns", "delete", netns]);
}
