import { deployment } from "../parts/pods";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "images that copy volumes and databases, here of uploaded pictures and of MariaDB: no PostgreSQL is in them",
  environment: "production",
  refusedBy: [],
  declare() {
    deployment("uploads-backup", {
      volumes: [{ name: "uploads", persistentVolumeClaim: { claimName: "uploads" } }],
      container: {
        image: "docker.io/offen/docker-volume-backup:v2.43.0",
        volumeMounts: [{ name: "uploads", mountPath: "/backup/uploads", readOnly: true }],
      },
    });
    deployment("blog-backup", {
      container: {
        image: "docker.io/tiredofit/db-backup:4.1.21",
        env: [
          { name: "DB01_TYPE", value: "mariadb" },
          { name: "DB01_HOST", value: "blog" },
        ],
      },
    });
  },
} satisfies CorpusStack;
