import { POSTGRES } from "../parts/images";
import { deployment } from "../parts/pods";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "an application that waits with pg_isready for a database elsewhere, and a pod to log in to it with psql",
  environment: "production",
  refusedBy: [],
  declare() {
    const waits = {
      name: "wait",
      image: POSTGRES,
      command: ["sh", "-c", "until pg_isready -h orders.acme.test; do sleep 1; done"],
    };
    deployment("web", {
      initContainers: [waits, { name: "migrate", image: POSTGRES, command: ["psql", "-f", "/migrations/all.sql"] }],
      container: { image: "registry.acme.test/shop/web:4.2.0", env: [{ name: "PGHOST", value: "orders.acme.test" }] },
    });
    deployment("psql", { container: { image: POSTGRES, command: ["sleep", "infinity"] } });
  },
} satisfies CorpusStack;
