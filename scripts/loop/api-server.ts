import { LabError } from "../../lab/errors";
import { listObjects } from "./kubectl";

interface EndpointSlice {
  addressType: string;
  endpoints?: { addresses: string[] }[];
}

/** The API server's addresses in the cluster of KUBECONFIG, as ranges: all that drills may reach on its ports. */
export async function apiServerCidrs(): Promise<string[]> {
  const found = rangesOf(await listObjects("default", "endpointslices", "kubernetes.io/service-name=kubernetes"));
  if (found.length > 0) return found;
  throw new LabError("the API server's addresses cannot be found", {
    why: "the Service default/kubernetes has no endpoints",
    todo: "look at: kubectl get endpointslices -n default",
  });
}

/** Each address once, in an order that does not change from one run to the next. */
export function rangesOf(slices: EndpointSlice[]): string[] {
  const ranges = slices.flatMap(({ addressType, endpoints = [] }) => {
    const bits = { IPv4: 32, IPv6: 128 }[addressType];
    return bits === undefined ? [] : endpoints.flatMap(({ addresses }) => addresses.map((each) => `${each}/${bits}`));
  });
  return [...new Set(ranges)].sort();
}
