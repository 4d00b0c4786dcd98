import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";

const chart = (name: string) => join(__dirname, "../charts", name);

/** A release in `shop` of the chart that is called `name`, which lies beside the program. */
export function release(name: string, values: object = {}) {
  return new k8s.helm.v3.Release(name, { name, chart: chart(name), namespace: "shop", values });
}

/** The resources of the chart that is called `name`, each a resource of this stack. */
export function rendered(name: string, values: object = {}) {
  return new k8s.helm.v3.Chart(name, { path: chart(name), namespace: "shop", values });
}
