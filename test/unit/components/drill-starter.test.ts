import { strict as assert } from "node:assert";
import { LogicalBackup, RestoreDrill } from "../../../components";
import { type Program, refusal, run } from "./declare";
import { backup, drill } from "./examples";
import { restrictedProblems } from "./pod-security";

const RBAC = "kubernetes:rbac.authorization.k8s.io/v1";
const requestDrill = { namespace: "shop-drill", drill: "shop-drill" };

const declare = (changes = {}) =>
  run(() => [
    new LogicalBackup("shop-backup", backup({ requestDrill })),
    new RestoreDrill("shop-drill", drill(changes)),
  ]);

interface Grant {
  namespace: string;
  rules: object[];
}

/** What every service account may do, by the Roles that are bound to it: `namespace/name`. */
function rightsOf(program: Program): Record<string, Grant[]> {
  const rights: Record<string, Grant[]> = {};
  for (const { type, inputs } of program.resources) {
    if (type !== `${RBAC}:RoleBinding`) continue;
    const role = program.resources.find(
      (r) => r.type === `${RBAC}:Role` && r.inputs.metadata.name === inputs.roleRef.name,
    );
    assert.equal(role?.inputs.metadata.namespace, inputs.metadata.namespace);
    for (const { namespace, name } of inputs.subjects) {
      rights[`${namespace}/${name}`] ??= [];
      rights[`${namespace}/${name}`]?.push({ namespace: inputs.metadata.namespace, rules: role?.inputs.rules });
    }
  }
  return rights;
}

describe("what starts drills", () => {
  it("lets a backup write one ConfigMap and nothing else: it can create no Job and read no template anywhere", async () => {
    const rights = rightsOf(await declare());
    assert.deepEqual(rights["shop/shop-backup"], [
      {
        namespace: "shop-drill",
        rules: [
          { apiGroups: [""], resources: ["configmaps"], resourceNames: ["shop-drill-requests"], verbs: ["patch"] },
        ],
      },
    ]);
  });

  it("may read what is asked for and the one template, and make Jobs; the drill's own account may make none", async () => {
    const rights = rightsOf(await declare());
    assert.deepEqual(Object.keys(rights).sort(), [
      "shop-drill/shop-drill",
      "shop-drill/shop-drill-starter",
      "shop/shop-backup",
    ]);
    const [{ namespace, rules }] = rights["shop-drill/shop-drill-starter"] as [Grant];
    assert.equal(namespace, "shop-drill");
    assert.deepEqual(rules, [
      { apiGroups: [""], resources: ["configmaps"], resourceNames: ["shop-drill-requests"], verbs: ["get", "watch"] },
      { apiGroups: ["batch"], resources: ["cronjobs"], resourceNames: ["shop-drill"], verbs: ["get"] },
      { apiGroups: ["batch"], resources: ["jobs"], verbs: ["create"] },
    ]);
    assert.doesNotMatch(JSON.stringify(rights["shop-drill/shop-drill"]), /jobs/);
  });

  it("makes no role and no binding that holds for the whole cluster", async () => {
    assert.deepEqual(
      (await declare()).list().filter((line) => line.includes("Cluster")),
      [],
    );
  });

  it("runs once, without Secrets and ports, in a pod that Pod Security admits as restricted", async () => {
    const { spec, metadata } = (await declare()).get("kubernetes:apps/v1:Deployment", "shop-drill-starter").inputs;
    assert.equal(metadata.namespace, "shop-drill");
    assert.deepEqual([spec.replicas, spec.strategy], [1, { type: "Recreate" }]);
    const pod = spec.template.spec;
    assert.deepEqual(restrictedProblems(pod), []);
    assert.equal(pod.serviceAccountName, "shop-drill-starter");
    assert.equal(pod.automountServiceAccountToken, false);
    assert.deepEqual(
      pod.volumes.map((volume: object) => Object.keys(volume).filter((key) => key !== "name")),
      [["emptyDir"], ["projected"]],
    );
    const [container] = pod.containers;
    assert.deepEqual(container.args, ["start-drills", "--namespace", "shop-drill", "--drill", "shop-drill"]);
    assert.equal(container.ports, undefined);
    assert.deepEqual(container.resources.limits, { memory: "128Mi" });
    assert.deepEqual(spec.selector.matchLabels, spec.template.metadata.labels);
  });

  it("is not there, with no right to ask, where no backup has drills begin", async () => {
    const triggers = { afterBackup: false, schedule: "0 4 * * *" };
    const program = await declare({ triggers, requestedBy: undefined });
    assert.deepEqual(
      program.list().filter((line) => /starter|requests/.test(line)),
      [],
    );
    assert.equal(rightsOf(program)["shop/shop-backup"], undefined);
  });

  it("is refused without the backup that may ask, and with one that nothing would listen to", () => {
    const refused = (changes: object) => refusal(() => new RestoreDrill("shop-drill", drill(changes)));
    assert.match(
      refused({ requestedBy: undefined }),
      /requestedBy: is missing: name the LogicalBackup that asks for a drill of each backup, or say triggers.afterBackup: false/,
    );
    assert.match(
      refused({ triggers: { afterBackup: false } }),
      /requestedBy: has no meaning with triggers.afterBackup: false/,
    );
  });
});
