import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { requestsConfigMap, starterName } from "../../model/drill-request";
import { labels } from "../kubernetes/labels";
import { adapted, type PodSettings, podSecurity } from "../kubernetes/pod-settings";
import { CONTAINER_SECURITY, resources, scratchMount, tokenMount } from "../kubernetes/pods";
import { agentServiceAccount } from "../kubernetes/scheduled-agent";

export interface StarterDeclaration {
  /** The RestoreDrill's name, which is its CronJob's. */
  drill: string;
  drillNamespace: string;
  agentImage: string;
  pods: PodSettings;
  /** Who may ask: the service account of the backup, in its own namespace. */
  requestedBy: { namespace: string; name: string };
  parent: pulumi.Resource;
  /** What must be there before a drill can run: the template, above all. */
  dependsOn: pulumi.Resource[];
}

/**
 * How a backup has its drill begin without any right to run something in the drills' namespace: it may write one word
 * into one ConfigMap there, and a Deployment beside the drills reads it and makes the Job. Who takes over the backup's
 * service account can have the declared drill run, of a backup of his choice, and nothing else.
 */
export function drillStarter(declared: StarterDeclaration): pulumi.Resource[] {
  const { drill, drillNamespace: namespace, requestedBy, parent } = declared;
  const name = starterName(drill);
  const requests = requestsConfigMap(drill);
  const common = labels("drill-starter", name);
  const at = { namespace, labels: common };

  const map = new k8s.core.v1.ConfigMap(
    requests,
    { metadata: { name: requests, ...at } },
    // Backups write it, and a deployment must not wipe out what they wrote.
    { parent, ignoreChanges: ["data"] },
  );
  const only = (resource: string, ...names: string[]) => ({ resources: [resource], resourceNames: names });
  const mayAsk = { apiGroups: [""], ...only("configmaps", requests), verbs: ["patch"] };
  const mayStart = [
    { apiGroups: [""], ...only("configmaps", requests), verbs: ["get", "watch"] },
    { apiGroups: ["batch"], ...only("cronjobs", drill), verbs: ["get"] },
    // Kubernetes cannot limit `create` to a name; but this account is used here alone, by what the drill's stack declares.
    { apiGroups: ["batch"], resources: ["jobs"], verbs: ["create"] },
  ];
  const granted = [
    ...grant(requests, at, [mayAsk], requestedBy, parent),
    ...grant(name, at, mayStart, { namespace, name }, parent),
  ];
  const account = agentServiceAccount(name, at, undefined, parent);
  const deployment = new k8s.apps.v1.Deployment(
    name,
    { metadata: { name, ...at }, spec: deploymentSpec(declared, name, common) },
    { parent, dependsOn: [map, account, ...granted, ...declared.dependsOn] },
  );
  return [map, ...granted, account, deployment];
}

function grant(
  name: string,
  at: { namespace: string; labels: Record<string, string> },
  rules: k8s.types.input.rbac.v1.PolicyRule[],
  to: { namespace: string; name: string },
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const metadata = { name, ...at };
  const role = new k8s.rbac.v1.Role(name, { metadata, rules }, { parent });
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name };
  const subjects = [{ kind: "ServiceAccount", ...to }];
  return [role, new k8s.rbac.v1.RoleBinding(name, { metadata, roleRef, subjects }, { parent, dependsOn: [role] })];
}

/** One at a time: two would only race for the same Job's name. Without ports; it ends by itself when it can see nothing. */
function deploymentSpec(
  { drill, drillNamespace, agentImage, pods }: StarterDeclaration,
  name: string,
  common: Record<string, string>,
): k8s.types.input.apps.v1.DeploymentSpec {
  const mounted = [scratchMount("tmp", "/tmp", "16Mi"), tokenMount()];
  return {
    replicas: 1,
    strategy: { type: "Recreate" },
    selector: { matchLabels: common },
    template: {
      metadata: { labels: common },
      spec: {
        serviceAccountName: name,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        terminationGracePeriodSeconds: 10,
        securityContext: podSecurity(pods),
        containers: [
          adapted(
            {
              name: "starter",
              image: agentImage,
              args: ["start-drills", "--namespace", drillNamespace, "--drill", drill],
              terminationMessagePolicy: "FallbackToLogsOnError",
              securityContext: CONTAINER_SECURITY,
              resources: resources("128Mi", "10m"),
              volumeMounts: mounted.map(({ mount }) => mount),
            },
            pods,
          ),
        ],
        volumes: mounted.map(({ volume }) => volume),
      },
    },
  };
}
