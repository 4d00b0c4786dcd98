import { bucket, pgbackrest, postgresCluster } from "../parts/crunchy";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the bucket's keys and the repository's passphrase stand among the options of pgBackRest",
  environment: "develop",
  refusedBy: ["no-plain-text-credentials"],
  declare(help) {
    const orders = postgresCluster([bucket("repo1")], {
      "repo1-retention-full": "8",
      "repo1-s3-key": "0031c0ffee0000000001",
      "repo1-s3-key-secret": "K003thisisnotarealkeyatall",
      "repo1-cipher-type": "aes-256-cbc",
      "repo1-cipher-pass": "correct horse battery staple",
    });
    drilled(help, "orders-drill", { covers: [orders], path: pgbackrest });
  },
} satisfies CorpusStack;
