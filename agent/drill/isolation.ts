import { isIP } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, ReportedError } from "../../runtime/errors";
import { type Forbidden, type PodNetwork, podNetwork } from "./pod-network";
import { type Answer, describeAnswer, type Endpoint } from "./reach";

export interface Attempt {
  passed: boolean;
  actual: string;
}

/** A network plugin needs a moment to learn of a new pod: what counts is the state that lasts. */
const SETTLING = { attempts: 6, pauseMs: 1000 };

/**
 * Whether this pod is kept from the source. Tries until it is, a few seconds at most: a way that stays open is a failure.
 * Throws when nothing can be told, which is a failure, too: a source that does not answer shows no wall by itself.
 */
export async function isolated(
  source: Endpoint,
  signal?: AbortSignal,
  network: PodNetwork = podNetwork(),
  settling = SETTLING,
): Promise<Attempt> {
  for (let attempt = 1; ; attempt++) {
    const last = attempt === settling.attempts;
    try {
      const result = judge(source, await look(source, network, signal));
      if (result.passed || last) return result;
    } catch (error) {
      if (last || signal?.aborted) throw error;
    }
    await sleep(settling.pauseMs, undefined, { signal });
  }
}

/** What one look at the network has shown. */
export interface Seen {
  /** How what this pod needs to reach has answered. */
  allowed: Answer;
  /** How each of the source's addresses has answered, or why it has none. */
  source: { address: string; answer: Answer }[] | { error: NodeJS.ErrnoException };
  /** How what listens elsewhere, and is not for this pod, has answered. */
  forbidden: { at: Forbidden; answer: Answer }[];
}

async function look({ host, port }: Endpoint, network: PodNetwork, signal?: AbortSignal): Promise<Seen> {
  const { allowed } = network;
  if (!allowed) throw new ReportedError("this is not a pod: it has no API server that it could reach");
  const source = async (): Promise<Seen["source"]> => {
    let addresses: string[];
    try {
      addresses = await network.addresses(host);
    } catch (error) {
      return { error: error as NodeJS.ErrnoException };
    }
    return Promise.all(
      addresses.map(async (address) => ({ address, answer: await network.reach({ host: address, port }, signal) })),
    );
  };
  const forbidden = async (): Promise<Seen["forbidden"]> =>
    Promise.all((await network.forbidden()).map(async (at) => ({ at, answer: await network.reach(at, signal) })));
  const [answer, ofSource, ofForbidden] = await Promise.all([network.reach(allowed, signal), source(), forbidden()]);
  return { allowed: answer, source: ofSource, forbidden: ofForbidden };
}

/**
 * Passed means: this pod's network works, for what it may reach answers; no address of the source does; and neither does
 * something else that listens, so the silence is the network's and not the source's. Where nothing else is known to
 * listen, packets that get no answer at all must do; a refusal will not, for it may be the source's own.
 */
export function judge({ host, port }: Endpoint, { allowed, source, forbidden }: Seen): Attempt {
  const failed = (actual: string): Attempt => ({ passed: false, actual });
  const answers = "error" in source ? [] : source;
  const open = answers.find(({ answer }) => answer.kind === "connected");
  if (open) return failed(`connected${isIP(host) === 0 ? ` to ${open.address}` : ""}`);
  if (allowed.kind !== "connected")
    throw new ReportedError(
      `nothing is shown: this pod does not reach the API server either (${describeAnswer(allowed)}), which it may; ` +
        "hint: look at DrillNamespace's apiServerCidrs and at the cluster's network plugin",
    );
  if ("error" in source || answers.length === 0) throw unresolved(host, "error" in source ? source.error : undefined);
  const odd = answers.find(({ answer }) => answer.kind === "odd");
  if (odd) return failed(`failed in a way that does not show isolation: ${describeAnswer(odd.answer)}`);

  const way = forbidden.find(({ at, answer }) => at.decides && answer.kind === "connected");
  if (way)
    return failed(
      `connected to ${placeOf(way.at)}, which listens and is not for drills: the source may be down, and the way to it ` +
        "open; hint: run drills in a DrillNamespace, in a cluster whose network plugin enforces NetworkPolicies",
    );
  const found = answers.map(({ address, answer }) => `${address}: ${describeAnswer(answer)}`).join(", ");
  // The first of them decides where it can; one that every pod may reach of its own node says something only when it is not.
  const wall = forbidden.find(({ answer }) => answer.kind !== "connected" && answer.kind !== "odd");
  if (wall)
    return {
      passed: true,
      actual: `${found}; the API server answers, and ${placeOf(wall.at)} does not: ${describeAnswer(wall.answer)}`,
    };
  if (answers.some(({ answer }) => answer.kind === "refused"))
    throw new ReportedError(
      `connection refused at ${host}:${port}, by the network or by a source where nothing listens: nothing else that ` +
        "listens was found to tell them apart; hint: start the source and drill again, or give the Service of the cluster's " +
        "DNS its port `metrics`, as kubeadm and k3s do",
    );
  return { passed: true, actual: `${found}; the API server answers` };
}

const placeOf = ({ what, host, port }: Forbidden) => `${what} (${host}:${port})`;

/** A name without an address leads nowhere, also where the source is open to everybody. */
function unresolved(host: string, error: NodeJS.ErrnoException | undefined): ReportedError {
  const code = error?.code;
  if (error === undefined || code === "ENOTFOUND")
    return new ReportedError(
      `nothing is shown: the name ${host} has no address here; hint: correct the drill's source.host, in full as other ` +
        "namespaces must say it (orders-rw.shop.svc); where the source runs in another cluster, give an address of it",
    );
  return new ReportedError(
    `nothing is shown: the name ${host} could not be resolved (${code ?? messageOf(error)}); hint: look at the cluster's ` +
      "DNS, and at DrillNamespace's dnsCidr where that is a process of the node",
  );
}
