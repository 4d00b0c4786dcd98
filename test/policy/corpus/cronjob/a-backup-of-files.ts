import { boundedCronJob, fromSecret, S3_KEYS, shell } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "jobs called backup that keep uploaded pictures and a wiki's pages: no database is in them",
  environment: "production",
  refusedBy: [],
  declare() {
    boundedCronJob("uploads-backup", {
      image: "docker.io/restic/restic:0.18.0",
      command: ["restic", "backup", "/uploads"],
      env: [
        { name: "RESTIC_REPOSITORY", value: "s3:s3.eu-central-1.amazonaws.com/acme-files" },
        fromSecret("RESTIC_PASSWORD", "files-backup", "password"),
        ...S3_KEYS,
      ],
      volumeMounts: [{ name: "uploads", mountPath: "/uploads", readOnly: true }],
      volumes: [{ name: "uploads", persistentVolumeClaim: { claimName: "uploads" } }],
    });
    boundedCronJob("wiki-backup", {
      image: "docker.io/amazon/aws-cli:2.31.0",
      command: shell("tar cz /wiki | aws s3 cp - s3://acme-files/wiki.tar.gz"),
      env: S3_KEYS,
    });
  },
} satisfies CorpusStack;
