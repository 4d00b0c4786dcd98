/** What a resource looks like at preview, from the SDK's own declarations. */
const { existsSync, readFileSync } = require("node:fs");
const { dirname, join } = require("node:path");

const SDK = dirname(require.resolve("@pulumi/aws/package.json"));
/** What the engine takes for "unknown until it is deployed". */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const cache = new Map();

/**
 * The properties of `type`, such as `aws:rds/instance:Instance`: those that AWS computes or fills in when they are left
 * out, since their outputs always have a value, and whether it takes a `name`.
 */
function propertiesOf(type) {
  const found = cache.get(type) ?? parse(type);
  cache.set(type, found);
  return found;
}

function parse(type) {
  const file = join(SDK, `${type.split(":")[1]}.d.ts`);
  if (!existsSync(file)) return { computed: ["arn"], takesName: false };
  const text = readFileSync(file, "utf8");
  const outputs = [...text.matchAll(/^ {4}readonly (\w+): pulumi\.Output<([\s\S]*?)>;$/gm)];
  const args = text.slice(text.lastIndexOf("\nexport interface "));
  return {
    computed: outputs.filter(([, , output]) => !output.endsWith("undefined")).map(([, property]) => property),
    takesName: /^ {4}name\?: pulumi\.Input<string/m.test(args),
  };
}

/** Inputs come back; what was left out and will be there is what it was before, or unknown. */
function plannedOutputs(type, inputs, olds, configuration) {
  const computed = Object.fromEntries(
    propertiesOf(type).computed.map((property) => [property, olds[property] ?? UNKNOWN]),
  );
  const planned = { ...computed, ...inputs };
  if (computed.tagsAll !== undefined) planned.tagsAll = inputs.tags ?? {};
  if (inputs.region === undefined && configuration.region !== undefined) planned.region = configuration.region;
  return planned;
}

module.exports = { plannedOutputs, propertiesOf };
