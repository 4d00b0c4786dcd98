import { deployment } from "../parts/pods";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the operator's plugin for object stores, as its manifest declares it: it makes no backup of its own",
  environment: "production",
  refusedBy: [],
  declare() {
    deployment("barman-cloud", {
      namespace: "cnpg-system",
      container: {
        image: "ghcr.io/cloudnative-pg/plugin-barman-cloud:v0.7.0",
        args: ["operator", "--server-cert=/server/tls.crt", "--server-key=/server/tls.key", "--leader-elect"],
        env: [{ name: "SIDECAR_IMAGE", value: "ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v0.7.0" }],
      },
    });
  },
} satisfies CorpusStack;
