import { LabError, messageOf } from "../../lab/errors";
import { say, seconds, step } from "../../lab/report";
import { formatDuration } from "../../model/duration";
import { apiServerCidrs } from "./api-server";
import { clusterHealthy, forwardToPrimary } from "./cluster";
import { findEnvironment, ownContext } from "./environment";
import { renderEvidence } from "./evidence";
import { type LocalDatabase, LocalStack, stackFolder } from "./local-stack";
import { backupAndDrill, newestEvidence, renewalReason } from "./rounds";
import { loadPgbench, loadZabbix } from "./sample";

/** The loop: deploy, load, back up, drill, show. Each step looks first whether there is something to do. */
const PGBENCH_SCALE = 5;

async function main(): Promise<void> {
  const started = performance.now();
  const { images, storage } = await findEnvironment();
  const stack = new LocalStack(stackFolder(await ownContext()));
  const settings = stack.settings();
  const { namespace, name: cluster } = settings;
  await step("stack settings", async () => stack.configure(images, storage, await apiServerCidrs()));

  // The gate refuses stale and failing evidence, so what can be renewed without a deployment is renewed before it.
  for (const database of await deployed(stack)) {
    const evidence = await newestEvidence(stack, database);
    if (evidence && evidence.predicate.contents.rows > 0 && renewalReason(evidence)) await backupAndDrill(database);
  }

  const forward = settings.access && (await forwardToPrimary(namespace, cluster, settings.access.port ?? 5432));
  let changed = false;
  try {
    await step("pulumi up of stack local, policy pack on", async () => {
      say("");
      const { code, output } = await stack.pulumi.show(["up", "--yes", ...stack.policyArguments()], worthShowing);
      if (code !== 0)
        throw new LabError("pulumi up failed", {
          why: lastLines(output),
          todo: "mend what it names, and run make up again",
        });
      changed =
        !/^\s+\d+ unchanged\s*$/m.test(output) || /^\s+[+~-].* \d+ (created|updated|deleted|replaced)/m.test(output);
    });
  } finally {
    forward?.close();
  }

  const { databases } = await stack.outputs();
  const target = { namespace, cluster };
  // Pulumi waits for a cluster that it creates; one that it has changed may be restarting its instances still.
  await step("cluster healthy", () => clusterHealthy(namespace, cluster));
  for (const { name, owner } of settings.databases) {
    await step(`data in ${name}`, async () => {
      const loaded =
        name === "zabbix"
          ? await loadZabbix(target, name, owner)
          : await loadPgbench(target, name, owner, PGBENCH_SCALE);
      changed ||= loaded;
      return loaded ? undefined : "already loaded";
    });
  }
  let drilled = false;
  for (const database of databases) {
    const reason = renewalReason(await newestEvidence(stack, database));
    if (!reason) continue;
    say(`  ${database.database}: ${reason}`);
    await backupAndDrill(database);
    drilled = true;
  }
  for (const database of databases) {
    const evidence = await newestEvidence(stack, database);
    if (!evidence) throw new Error(`the drill of ${database.database} left no evidence`);
    say(`\n${renderEvidence(evidence)}`);
  }
  say("");
  if (drilled) await gate(stack);
  const time = seconds(performance.now() - started);
  if (changed || drilled) say(`Restorable is up (${time}). The evidence above is signed and stored.`);
  else
    say(
      `Nothing changed (${time}): the stack is as declared, the data is loaded, and ${await ages(stack, databases)}.`,
    );
  say(NEXT);
}

const NEXT = `
Next:
  make shell      a shell in which \`restorable backup list --stack local\`, pulumi and kubectl work
  make backup     take a backup of each database now, and drill it
  make preview    ask the gate again, as a pull request would
  make down       stop; the data is kept`;

/** The databases of a stack that was deployed before; none when it was not. */
async function deployed(stack: LocalStack): Promise<LocalDatabase[]> {
  const outputs = await stack.outputs().catch(() => undefined);
  return outputs?.databases ?? [];
}

/** What the gate says now that there is evidence: the same as in a pull request. */
async function gate(stack: LocalStack): Promise<void> {
  await step("gate: pulumi preview with the policy pack", async () => {
    const { code, output } = await stack.pulumi.tryCommand(["preview", ...stack.policyArguments()]);
    if (code !== 0) throw new LabError("the gate refuses the stack", { why: lastLines(output) });
    if (/restore-path-unproven/.test(output))
      throw new LabError("the gate still calls a restore path unproven", { why: lastLines(output) });
    return "allowed: every backup's restore path is proven";
  });
}

async function ages(stack: LocalStack, databases: LocalDatabase[]): Promise<string> {
  const parts: string[] = [];
  for (const database of databases) {
    const evidence = await newestEvidence(stack, database);
    const age = (Date.now() - Date.parse(evidence?.predicate.drill.finishedAt ?? "")) / 1000;
    parts.push(`${database.database} was drilled ${formatDuration(age)} ago`);
  }
  return parts.join(", ");
}

/** Of Pulumi's progress what has happened, not what begins or is planned: each resource once, with its time. */
function worthShowing(line: string): boolean {
  if (/\b(created|updated|replaced|deleted)\b.*\([\d.]+s\)|failed|error|\[(advisory|mandatory)\]/.test(line))
    return true;
  return (
    /^ {8,}(Allowed|Waived|Rejected|Reason|Remedy|Page)\b/.test(line) ||
    /^ {4}(.* (created|updated|deleted|replaced|unchanged)|.* changes\..*)$/.test(line)
  );
}

function lastLines(output: string): string {
  return output.trim().split("\n").slice(-40).join("\n");
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  },
);
