import { stuckCalls } from "./deadline";

/**
 * Ends the process with process.exitCode, whatever a library left open. process.exit() waits for the threads of Node.js,
 * and so for ever when one of them is blocked by a mount whose server is away (tried, with a pipe that nobody writes to):
 * then the process becomes another program, which ends at once. A signal would not do: a container's first process gets
 * none from itself.
 */
export function endProcess(): void {
  if (stuckCalls() === 0 || process.execve === undefined) process.exit();
  process.removeAllListeners("warning"); // execve is called experimental, which is nothing for the people who read logs
  process.execve("/bin/sh", ["sh", "-c", `exit ${Number(process.exitCode ?? 0)}`], {});
}
