/** A stack of as many resources as the benchmark says: its file holds them, plain. */
const { readFileSync } = require("node:fs");
const pulumi = require("@pulumi/pulumi");

for (const { type, name, props } of JSON.parse(readFileSync(process.env.DECLARED_STACK, "utf8")))
  new pulumi.CustomResource(type, name, props, { version: "4.25.0" });
