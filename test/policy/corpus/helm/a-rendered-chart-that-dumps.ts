import { rendered } from "../parts/charts";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a team's own chart, rendered into the stack, with a CronJob that dumps; never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    rendered("orders-backup", { schedule: "0 2 * * *" });
  },
} satisfies CorpusStack;
