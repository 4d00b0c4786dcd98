/**
 * The stack under test: stand-ins for our components with our type tokens and the descriptors that the test gives, and
 * raw Kubernetes resources. Plain JavaScript: Pulumi would load its own TypeScript compiler first.
 */
const { readFileSync } = require("node:fs");
const k8s = require("@pulumi/kubernetes");
const pulumi = require("@pulumi/pulumi");

const stack = JSON.parse(readFileSync(process.env.DECLARED_STACK, "utf8"));

/** The id of a resource that does not exist yet: what is really unknown at preview. */
let unknownOutput;
function unknown() {
  unknownOutput ??= new k8s.core.v1.ConfigMap("not-yet", { metadata: { name: "not-yet" } }).id;
  return unknownOutput;
}

class StandIn extends pulumi.ComponentResource {
  constructor(type, name, descriptor) {
    super(type, name, {}, {});
    this.registerOutputs(descriptor === undefined ? {} : { descriptor });
  }
}

function withUnknown(value, path) {
  if (path.length === 0) return unknown();
  const [key, ...rest] = path;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[key] = withUnknown(copy[key], rest);
  return copy;
}

for (const { type, name, descriptor, unknown: path, children = [] } of stack.components ?? []) {
  const value = path === undefined ? descriptor : withUnknown({ descriptor }, path.split(".")).descriptor;
  const parent = new StandIn(type, name, value);
  for (const { kind, name: child, props } of children)
    new (kind === "CronJob" ? k8s.batch.v1.CronJob : k8s.core.v1.ConfigMap)(child, props, { parent });
}

for (const { name, image, command } of stack.cronJobs ?? []) {
  const words = command.map((word) =>
    word.includes("{unknown}") ? pulumi.interpolate`${word.replace("{unknown}", "")}${unknown()}` : word,
  );
  const template = { spec: { restartPolicy: "Never", containers: [{ name: "main", image, command: words }] } };
  new k8s.batch.v1.CronJob(name, {
    metadata: { name },
    spec: { schedule: "0 2 * * *", jobTemplate: { spec: { template } } },
  });
}

// The provider refuses both at once, and takes the variable for an argument.
if (stack.renderTo) delete process.env.KUBECONFIG;
const rendered = stack.renderTo && new k8s.Provider("rendered", { renderYamlToDirectory: stack.renderTo });
for (const { apiVersion, kind, name, namespace, spec, unknown: path } of stack.resources ?? []) {
  const known = { apiVersion, kind, metadata: { name, namespace }, spec };
  const args = path === undefined ? known : withUnknown(known, path.split("."));
  new k8s.apiextensions.CustomResource(name, args, rendered ? { provider: rendered } : {});
}

if (stack.bigConfigMapLines)
  new k8s.core.v1.ConfigMap("big", {
    metadata: { name: "big" },
    data: { lines: "pg_dump\n".repeat(stack.bigConfigMapLines) },
  });

for (let i = 0; i < (stack.others ?? 0); i++)
  new k8s.core.v1.ConfigMap(`other-${i}`, { metadata: { name: `other-${i}` }, data: { key: "value" } });
