import { deployment } from "../parts/pods";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "PostgreSQL with an extension for vectors, in the extension's own image; without a backup",
  environment: "staging",
  refusedBy: ["database-has-backup"],
  declare() {
    deployment("photos-db", { container: { image: "docker.io/tensorchord/pgvecto-rs:pg16-v0.3.0" } });
  },
} satisfies CorpusStack;
