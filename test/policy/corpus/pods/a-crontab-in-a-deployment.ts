import { ORDERS } from "../parts/jobs";
import { configMap, deployment, mounted } from "../parts/pods";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "crond in a Deployment, with a crontab that dumps each night to a bucket; never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    configMap("crontab", { root: "# nightly\n15 2 * * * pg_dump -Fc | aws s3 cp - s3://acme-dumps/orders.dump\n" });
    const { volumes, volumeMounts } = mounted("crontab", "/etc/crontabs");
    const image = "registry.acme.test/tools/postgres-and-aws:17";
    deployment("clock", { volumes, container: { image, command: ["crond", "-f"], env: ORDERS, volumeMounts } });
  },
} satisfies CorpusStack;
