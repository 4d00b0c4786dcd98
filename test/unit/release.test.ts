import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, string | boolean>;
}
interface Job {
  permissions: Record<string, string>;
  environment?: string;
  needs?: string;
  steps: Step[];
}

const read = (file: string) => readFileSync(file, "utf8");
const workflow = parse(read(".github/workflows/release.yml")) as {
  permissions: Record<string, string>;
  jobs: Record<"packages" | "image", Job>;
};
const version = (file: string) => (JSON.parse(read(file)) as { version: string }).version;

/** The workflow itself runs at GitHub alone. What it relies on is tried by test/policy/package.test.ts. */
describe("a release", () => {
  const { packages, image } = workflow.jobs;
  const runs = ({ steps }: Job) => steps.flatMap(({ run }) => run ?? []);

  it("has one version in both packages", () => {
    assert.equal(version("package.json"), version("policies/package.json"));
  });

  it("publishes both packages with provenance, after lint, tests and build", () => {
    const steps = runs(packages);
    const published = steps.filter((run) => run.startsWith("npm publish"));
    assert.deepEqual(published, [
      "npm publish --access public --provenance",
      "npm publish --access public --provenance ./dist/policies",
    ]);
    for (const before of ["npm run lint", "npm test", "npm run build"])
      assert.ok(steps.indexOf(before) >= 0 && steps.indexOf(before) < steps.indexOf(published[0] ?? ""), before);
  });

  it("pushes the agent's image with provenance, SBOM and signature, from base images by digest", () => {
    const build = image.steps.find(({ uses }) => uses?.startsWith("docker/build-push-action@"));
    assert.equal(build?.with?.provenance, "mode=max");
    assert.equal(build?.with?.sbom, true);
    assert.match(String(build?.with?.["build-args"]), /DEBIAN=.*\n.*NODE=/);
    assert.ok(runs(image).some((run) => run.startsWith("cosign sign --yes")));
    assert.equal(image.needs, "packages");
  });

  it("has no more rights than it uses, and runs no script of a package while it has them", () => {
    assert.deepEqual(workflow.permissions, { contents: "read" });
    assert.deepEqual(packages.permissions, { contents: "read", "id-token": "write" });
    assert.deepEqual(image.permissions, { contents: "read", packages: "write", "id-token": "write" });
    for (const job of [packages, image]) {
      assert.equal(job.environment, "release");
      assert.deepEqual(
        runs(job).filter((run) => /^npm (ci|install)/.test(run)),
        ["npm ci --ignore-scripts"],
      );
    }
  });
});
