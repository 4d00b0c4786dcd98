import { Command } from "commander";
import { requestsConfigMap } from "../../model/drill-request";
import { kubernetesName } from "../../model/names";
import { EXIT, ReportedError } from "../../runtime/errors";
import { inCluster } from "../../runtime/kubernetes";
import { print } from "../../runtime/print";
import { stopSignal } from "../../runtime/signals";
import { withExitCodes } from "./command";

interface Options {
  namespace: string;
  drill: string;
}

/** Runs in the drills' namespace for as long as the RestoreDrill is declared. */
async function starter({ namespace, drill }: Options): Promise<void> {
  for (const [option, value] of Object.entries({ namespace, drill })) {
    const problem = kubernetesName.safeParse(value).error?.issues[0]?.message;
    if (problem) throw new ReportedError(`--${option} ${problem}`, EXIT.badInput);
  }
  const signal = stopSignal();
  const cluster = await inCluster(signal);
  const [{ drillRequests }, { startDrill }, { startDrills }] = await Promise.all([
    import("../cluster/drill-requests"),
    import("../cluster/start-drill"),
    import("../starter/starter"),
  ]);
  const requests = drillRequests(cluster, namespace, requestsConfigMap(drill));
  print(`waiting for backups that ask for a drill by ${drill}`);
  await startDrills(requests, (id) => startDrill(cluster, namespace, drill, id), { signal, say: print });
}

export const startDrillsCommand = withExitCodes(new Command("start-drills"))
  .description(
    "Waits for backups that ask for their drill, and starts each drill from the CronJob's own template. Of what they ask, it takes a backup's id and nothing else.",
  )
  .requiredOption("--namespace <namespace>", "the drills' namespace")
  .requiredOption("--drill <name>", "the RestoreDrill's name: its CronJob's, and the beginning of its ConfigMap's")
  .action(async (options: Options) => {
    await starter(options);
    process.exitCode = EXIT.good;
  });
