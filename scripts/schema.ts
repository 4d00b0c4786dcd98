import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";
import * as components from "../components";

/**
 * The schema that `pulumi package add` makes of the components for other languages, as Pulumi's own analyzer reads it from
 * the source. It is kept in components/schema.json, so that a change which breaks programs shows in a diff.
 */
const root = join(__dirname, "..");
export const SCHEMA_FILE = join(root, "components/schema.json");

/** The components that programs declare: every class that the library exports. */
export const COMPONENT_NAMES: string[] = Object.entries(components)
  .filter(([, value]) => typeof value === "function" && "__pulumiType" in value)
  .map(([name]) => name)
  .sort();

export function componentSchema(): string {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    name: string;
    version: string;
    description: string;
  };
  const analyzer = new Analyzer(root, manifest.name, manifest, new Set(COMPONENT_NAMES));
  const { components: found, typeDefinitions, dependencies } = analyzer.analyze();
  const { name, version, description } = manifest;
  const schema = generateSchema(name, version, description, found, typeDefinitions, dependencies);
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (require.main === module) writeFileSync(SCHEMA_FILE, componentSchema());
