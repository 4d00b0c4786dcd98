import { tryRun } from "./run";

/** The Debian release that images and samples are made from; the machine itself may run another. */
export const suite = "trixie";

/**
 * Package sources for that release, security updates included, on the mirrors that this machine's apt uses, so that
 * images come from the same place as its packages do. Empty where apt names none: tools then use Debian's own.
 */
export async function debianSources(signedBy?: string): Promise<string[]> {
  const format = ["--format", "$(REPO_URI)"];
  const { stdout } = await tryRun(["apt-get", "indextargets", ...format, "Created-By: Packages", "Component: main"]);
  return sourcesFrom(stdout.split("\n").filter(Boolean), signedBy);
}

/** Pure part of the above: apt's repository addresses to lines of a sources.list. */
export function sourcesFrom(addresses: readonly string[], signedBy?: string): string[] {
  const main = addresses.find((address) => /\/debian\/?$/.test(address));
  const security = addresses.find((address) => /\/debian-security\/?$/.test(address));
  const line = (address: string, release: string) =>
    `deb ${signedBy ? `[signed-by=${signedBy}] ` : ""}${address} ${release} main`;
  return [
    ...(main ? [line(main, suite), line(main, `${suite}-updates`)] : []),
    ...(main && security ? [line(security, `${suite}-security`)] : []),
  ];
}
