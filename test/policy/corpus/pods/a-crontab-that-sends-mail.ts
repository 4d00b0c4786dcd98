import { ORDERS } from "../parts/jobs";
import { configMap, deployment, mounted } from "../parts/pods";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "crond in a Deployment that refreshes views and sends reports, and keeps nothing",
  environment: "production",
  refusedBy: [],
  declare() {
    configMap("crontab", {
      root: "# after pg_dump of the platform\n0 5 * * * psql -c 'REFRESH MATERIALIZED VIEW sales'\n0 6 * * 1 /usr/bin/report --mail\n",
    });
    const { volumes, volumeMounts } = mounted("crontab", "/etc/crontabs");
    const image = "registry.acme.test/tools/reports:2";
    deployment("clock", { volumes, container: { image, command: ["crond", "-f"], env: ORDERS, volumeMounts } });
  },
} satisfies CorpusStack;
