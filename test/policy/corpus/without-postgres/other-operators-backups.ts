import { custom } from "../parts/custom";
import type { CorpusStack } from "../parts/stack";

export default {
  about:
    "backups of other databases by their own operators: MariaDB, MongoDB, Elasticsearch's cluster, none of PostgreSQL",
  environment: "production",
  refusedBy: [],
  declare() {
    custom("k8s.mariadb.com/v1alpha1/MariaDB", "blog/blog", { storage: { size: "10Gi" }, replicas: 1 });
    custom("k8s.mariadb.com/v1alpha1/Backup", "blog/blog-nightly", {
      mariaDbRef: { name: "blog" },
      schedule: { cron: "0 1 * * *" },
      storage: {
        persistentVolumeClaim: { resources: { requests: { storage: "10Gi" } }, accessModes: ["ReadWriteOnce"] },
      },
    });
    custom("psmdb.percona.com/v1/PerconaServerMongoDB", "events/events", {
      replsets: [{ name: "rs0", size: 3 }],
      backup: { enabled: true, tasks: [{ name: "nightly", enabled: true, schedule: "0 2 * * *", storageName: "s3" }] },
    });
    custom("elasticsearch.k8s.elastic.co/v1/Elasticsearch", "search/search", {
      version: "9.1.0",
      nodeSets: [{ name: "main", count: 3 }],
    });
  },
} satisfies CorpusStack;
