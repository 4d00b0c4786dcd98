import { z } from "zod";
import { formatDuration } from "./duration";

/**
 * Whether the temporary server keeps what it is given as a server must whose data are worth something: fsync,
 * full_page_writes and synchronous_commit on, wal_level replica, data checksums. `off` is quicker, and no recovery is.
 */
export const DURABILITIES = ["off", "on"] as const;

/** Under what conditions a drill's times were measured: the same number means less under softer ones. */
export const conditionsSchema = z.strictObject({
  /**
   * From when the RTO counts: `request`, the creation of the drill's pod by the API server's clock, scheduling, volumes and
   * images included; or `start`, when the drill began in its pod, where the pod could not be asked for.
   */
  from: z.enum(["request", "start"]),
  /** Of the RTO, what had passed before the drill began in its pod. With `from: request`. */
  waitedSeconds: z.number().nonnegative().optional(),
  durability: z.enum(DURABILITIES),
  /** How many processes restored at once. */
  jobs: z.int().positive(),
  /** The names of the settings that were given to the temporary server besides. Absent: none. */
  serverParameters: z.array(z.string().max(200)).max(200).optional(),
});
export type Conditions = z.infer<typeof conditionsSchema>;

/** For people, after the times. */
export function describeConditions({ from, waitedSeconds, durability, jobs, serverParameters }: Conditions): string {
  const waited = waitedSeconds === undefined ? "" : `, ${formatDuration(waitedSeconds)} of it until the drill began`;
  return [
    from === "request" ? `from the request${waited}` : "from the drill's start, without what came before",
    `durability ${durability}`,
    jobs === 1 ? "1 process" : `${jobs} processes`,
    ...(serverParameters ? [`with ${serverParameters.join(", ")}`] : []),
  ].join("; ");
}
