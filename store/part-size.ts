import { totalmem } from "node:os";

/** S3's limit on the parts of one upload (Amazon S3 User Guide, "Multipart upload limits"). */
export const MAX_PARTS = 10_000;

const MIB = 1024 * 1024;
const SMALLEST = 8 * MIB;
const BUFFERS = 96 * MIB;

/** What the agent needs beside the buffers of an upload: Node.js, the client, and pg_dump beside it. */
const REST = 160 * MIB;

export interface PartPlan {
  partSize: number;
  /** How many parts are under way at once. */
  parallel: number;
}

/**
 * Part size and parallelism for a stream of at most about `expectedBytes`. Parts are buffered, for they are sent again
 * after an error: up to some 400 GB the buffers stay under 100 MiB however long the stream is; beyond, one part alone
 * must be larger (1.5 GB for 10 TB), as 10,000 parts must hold it all. The estimate is taken half as large again,
 * since a dump of incompressible data may be larger than its database.
 */
export function planParts(expectedBytes: number): PartPlan {
  const needed = Math.ceil((expectedBytes * 1.5) / MAX_PARTS);
  const partSize = Math.max(SMALLEST, Math.ceil(needed / MIB) * MIB);
  return { partSize, parallel: Math.min(4, Math.max(1, Math.floor(BUFFERS / partSize))) };
}

/**
 * Why an upload after `plan` would not fit into `memory` bytes (undefined: no limit), or undefined. Said before anything
 * is sent: killed for its memory in the middle, a backup could say nothing.
 */
export function memoryProblem({ partSize, parallel }: PartPlan, memory: number | undefined): string | undefined {
  const needed = partSize * (parallel + 1) + REST;
  if (memory === undefined || needed <= memory || partSize === SMALLEST) return undefined;
  const [part, all, limit] = [partSize, needed, memory].map((bytes) => `${Math.ceil(bytes / MIB)} MiB`);
  return (
    `an object of this size is sent in parts of ${part}, since S3 takes at most ${MAX_PARTS} parts, and ${parallel + 1} of ` +
    `them are held in memory; that needs ${all}, and the container's limit is ${limit}: raise the backup's memory to ${all}`
  );
}

/** The container's limit in bytes, where there is one below what the machine has. */
export function memoryLimit(): number | undefined {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : undefined;
}
