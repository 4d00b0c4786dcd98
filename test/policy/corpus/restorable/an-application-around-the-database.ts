import * as pulumi from "@pulumi/pulumi";
import { deployment } from "../parts/pods";
import { evidenceInCluster, restorable } from "../parts/restorable";
import type { CorpusStack } from "../parts/stack";

export default {
  about:
    "a team's own component with the proven database and the web application in it, which stands below the database",
  environment: "production",
  refusedBy: [],
  declare(help) {
    evidenceInCluster(help);
    const shop = new pulumi.ComponentResource("acme:shop:Shop", "shop");
    const orders = restorable(help, {}, { parent: shop });
    const container = { image: "registry.acme.test/shop/web:4.2.0", env: [{ name: "PGHOST", value: "orders-rw" }] };
    deployment("web", { container }, { parent: orders });
  },
} satisfies CorpusStack;
