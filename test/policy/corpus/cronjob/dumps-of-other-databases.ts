import { boundedCronJob, fromSecret, S3_KEYS, shell } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "backups of MySQL, MongoDB, Redis and etcd: other people's rules",
  environment: "production",
  refusedBy: [],
  declare() {
    boundedCronJob("blog-dump", {
      image: "docker.io/library/mysql:8.4",
      command: shell("mysqldump --single-transaction blog > /backup/blog.sql"),
      env: [fromSecret("MYSQL_PWD", "blog", "password")],
    });
    boundedCronJob("events-dump", {
      image: "docker.io/library/mongo:8",
      command: ["mongodump", "--archive=/backup/events.archive", "--gzip"],
    });
    boundedCronJob("cache-backup", { image: "docker.io/library/redis:8", command: ["redis-cli", "BGSAVE"] });
    boundedCronJob("etcd-backup", {
      image: "registry.k8s.io/etcd:3.6.4-0",
      command: ["etcdctl", "snapshot", "save", "/backup/etcd.db"],
      env: S3_KEYS,
    });
  },
} satisfies CorpusStack;
