import { labClean, labDown } from "../lab";
import { messageOf } from "../lab/errors";
import { say } from "../lab/report";

/** `make down` stops the lab and keeps its data; `make clean` (--data) removes the data too. */
async function main(): Promise<void> {
  if (process.env.KUBECONFIG) {
    say("KUBECONFIG is set: your cluster stays as it is. `pulumi destroy` removes what make up deployed there.");
    return;
  }
  if (process.argv.includes("--data")) await labClean();
  else await labDown();
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
