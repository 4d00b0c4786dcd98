import { deployment } from "../parts/pods";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a popular image that copies a volume each night, and the volume is a PostgreSQL server's; never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill", "rpo-within-objective"],
  declare() {
    deployment("volume-backup", {
      volumes: [{ name: "data", persistentVolumeClaim: { claimName: "pgdata" } }],
      container: {
        image: "docker.io/offen/docker-volume-backup:v2.43.0",
        env: [{ name: "AWS_S3_BUCKET_NAME", value: "acme-volumes" }],
        volumeMounts: [{ name: "data", mountPath: "/backup/data", readOnly: true }],
      },
    });
  },
} satisfies CorpusStack;
