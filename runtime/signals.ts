import { constants } from "node:os";

/**
 * Aborted when the process is told to stop: everything that runs long listens to it. Told a second time, the process
 * ends at once, also as a container's first process, to which the system does nothing of its own accord.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(128 + constants.signals[name]);
      controller.abort(new Error(`stopped by ${name}`));
    });
  }
  return controller.signal;
}
