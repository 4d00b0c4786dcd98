import { ordersWithBackups } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

const SERVER = "ghcr.io/cloudnative-pg/postgresql:17.6";

export default {
  about: "everything as it should be, but the server's image is named by a tag, which may mean another image tomorrow",
  environment: "production",
  refusedBy: [],
  advised: ["images-pinned-by-digest", "backup-report"],
  declare(help) {
    const { backup } = ordersWithBackups({ imageName: SERVER });
    drilled(help, "orders-drill", { covers: [backup], path: { ...barman, serverImage: SERVER } });
  },
} satisfies CorpusStack;
