import { createHash } from "node:crypto";
import { commandAnswerSchema } from "../../model/drill-protocol";
import { type ApplicationCheck, DRILL_FILES, type DrillJob } from "../../model/job-config";
import { oneLine } from "../../model/text";
import { connectTo } from "../channel";
import { CHECK_LIMIT_MS } from "../health/commands";
import { connectSocket, endOnAbort, rows } from "../postgres/connect";
import { applySettings } from "./application-settings";
import type { Checks } from "./checks";

/** The application's own checks, one after the other, as the application's role. */
export async function checkHealth(
  checks: Checks,
  job: Pick<DrillJob, "applicationChecks" | "applicationRole" | "applicationSettings" | "target">,
  signal: AbortSignal,
): Promise<void> {
  for (const [index, check] of job.applicationChecks.entries()) {
    await checks.try(`health.${check.name}`, "health", expectation(check), () =>
      check.command ? askForCommand(index, signal) : askSql(check, job, signal),
    );
  }
}

function expectation(check: ApplicationCheck): string {
  return check.command ? "exit code 0" : `the value ${JSON.stringify(check.expect ?? "t")}`;
}

/** The statement runs in a transaction that is rolled back: a check must not change what the others see. */
async function askSql(
  check: ApplicationCheck,
  {
    applicationRole,
    applicationSettings,
    target,
  }: Pick<DrillJob, "applicationRole" | "applicationSettings" | "target">,
  signal: AbortSignal,
): Promise<{ passed: boolean; actual: string }> {
  const client = await connectSocket(DRILL_FILES.socket, target.database, applicationRole);
  // As long as a command: a check that waits for ever must not take the whole drill's time.
  const release = endOnAbort(client, AbortSignal.any([signal, AbortSignal.timeout(CHECK_LIMIT_MS)]));
  try {
    await applySettings(client, applicationSettings);
    await client.query("BEGIN");
    const found = await rows(client, check.sql ?? "");
    const values = found[0] ? Object.values(found[0]) : [];
    if (found.length !== 1 || values.length !== 1) {
      return { passed: false, actual: `${found.length} rows of ${values.length} columns instead of one value` };
    }
    const value = values[0] ?? "";
    const isNull = values[0] === null;
    const expected = check.expect ?? "t";
    const passed = !isNull && value === expected;
    return { passed, actual: isNull ? "null" : passed ? "that value" : describeValue(value) };
  } finally {
    release();
    await client.end().catch(() => undefined);
  }
}

/** The answer is data, and stays out of the evidence, unless it is a plain yes or no. */
function describeValue(value: string): string {
  if (value === "t" || value === "f") return `the value "${value}"`;
  const digest = createHash("sha256").update(value).digest("hex").slice(0, 16);
  return `another value (${value.length} characters, sha256 ${digest}…)`;
}

/** In the container of the application's commands, which holds no secret. */
async function askForCommand(index: number, signal: AbortSignal): Promise<{ passed: boolean; actual: string }> {
  const channel = await connectTo(DRILL_FILES.commands, "the container of the application's commands", signal);
  const stop = () => channel.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await channel.send({ version: 1, check: index });
    const { ended, code } = await channel.receive(commandAnswerSchema);
    return { passed: code === 0, actual: oneLine(ended, 100) };
  } finally {
    signal.removeEventListener("abort", stop);
    channel.close();
  }
}
