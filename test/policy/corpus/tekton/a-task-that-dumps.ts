import { custom } from "../parts/custom";
import { POSTGRES } from "../parts/images";
import { ORDERS } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a Tekton Task that dumps to a bucket whenever something starts it; never restored, and nothing says when",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill", "rpo-within-objective"],
  declare() {
    custom("tekton.dev/v1/Task", "shop/dump-orders", {
      steps: [
        { name: "fetch", image: "alpine/git", script: "git clone https://git.acme.test/shop\n" },
        {
          name: "dump",
          image: POSTGRES,
          env: ORDERS,
          script: "#!/usr/bin/env bash\nset -e\npg_dump -Fc | aws s3 cp - s3://acme-dumps/orders.dump\n",
        },
      ],
    });
  },
} satisfies CorpusStack;
