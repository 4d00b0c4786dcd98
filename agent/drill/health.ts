import { createHash } from "node:crypto";
import { type ApplicationCheck, DRILL_FILES, type DrillJob } from "../../model/job-config";
import { ReportedError } from "../../runtime/errors";
import { connectSocket, rows } from "../postgres/connect";
import { howItEnded, run } from "../process";
import type { Checks } from "./checks";

/** The application's own checks, one after the other, as the application's role. */
export async function checkHealth(
  checks: Checks,
  job: Pick<DrillJob, "applicationChecks" | "applicationRole" | "target">,
  signal: AbortSignal,
): Promise<void> {
  for (const check of job.applicationChecks) {
    await checks.try(`health.${check.name}`, "health", expectation(check), () =>
      check.command ? runCommand(check.command, job, signal) : askSql(check, job),
    );
  }
}

function expectation(check: ApplicationCheck): string {
  return check.command ? "exit code 0" : `the value ${JSON.stringify(check.expect ?? "t")}`;
}

/** The statement runs in a transaction that is rolled back: a check must not change what the others see. */
async function askSql(
  check: ApplicationCheck,
  { applicationRole, target }: Pick<DrillJob, "applicationRole" | "target">,
): Promise<{ passed: boolean; actual: string }> {
  const client = await connectSocket(DRILL_FILES.socket, target.database, applicationRole);
  try {
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
    await client.end();
  }
}

/** The answer is data, and stays out of the evidence, unless it is a plain yes or no. */
function describeValue(value: string): string {
  if (value === "t" || value === "f") return `the value "${value}"`;
  const digest = createHash("sha256").update(value).digest("hex").slice(0, 16);
  return `another value (${value.length} characters, sha256 ${digest}…)`;
}

async function runCommand(
  [program, ...args]: string[],
  { applicationRole, target }: Pick<DrillJob, "applicationRole" | "target">,
  signal: AbortSignal,
): Promise<{ passed: boolean; actual: string }> {
  if (program === undefined) throw new ReportedError("the command is empty");
  const connection = { PGHOST: DRILL_FILES.socket, PGUSER: applicationRole, PGDATABASE: target.database };
  const ended = await run(program, args, { env: { ...process.env, ...connection }, signal });
  // What it says may hold data: it goes to the log, not into the evidence.
  if (ended.code !== 0 && ended.stderr !== "") console.error(ended.stderr.trimEnd());
  return { passed: ended.code === 0, actual: howItEnded(ended) };
}
