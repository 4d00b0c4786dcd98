import { custom } from "../parts/custom";
import { POSTGRES } from "../parts/images";
import { ORDERS } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "workflows that build, migrate and report: none of them keeps anything",
  environment: "production",
  refusedBy: [],
  declare() {
    const migrate = {
      image: POSTGRES,
      command: ["bash"],
      source: "# after the pg_dump\npsql -f /all.sql\n",
      env: ORDERS,
    };
    custom("argoproj.io/v1alpha1/WorkflowTemplate", "shop/release", {
      entrypoint: "build",
      templates: [
        { name: "build", container: { image: "golang:1.25", command: ["go", "build", "./..."] } },
        { name: "migrate", script: migrate },
        { name: "all", dag: { tasks: [{ name: "b", template: "build" }] } },
      ],
    });
  },
} satisfies CorpusStack;
