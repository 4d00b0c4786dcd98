import { rm } from "node:fs/promises";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { z } from "zod";
import { MAX_MESSAGE_BYTES } from "../model/drill-protocol";
import { messageOf, ReportedError } from "../runtime/errors";

/** How long a container of the same pod may take to be there. */
const START_TIMEOUT_MS = 180_000;

/**
 * One connection between two containers of a pod, on which they exchange JSON, a value a line. What comes in is bounded and
 * held against a schema: the other side may be what somebody else has taken over.
 */
export class Channel {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest = Buffer.alloc(0);

  constructor(
    private readonly socket: Socket,
    private readonly whose: string,
  ) {
    // An error ends the reading as well, which tells of it.
    socket.on("error", () => undefined);
    this.chunks = socket[Symbol.asyncIterator]();
  }

  async send(message: unknown): Promise<void> {
    const line = `${JSON.stringify(message)}\n`;
    if (Buffer.byteLength(line) > MAX_MESSAGE_BYTES)
      throw new ReportedError(`a message to ${this.whose} would have over ${MAX_MESSAGE_BYTES / 1024} KiB`);
    await new Promise<void>((resolve, reject) => {
      this.socket.write(line, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** The next message. Throws when the other side is gone, or says what is not in `schema`. */
  async receive<S extends z.ZodType>(schema: S): Promise<z.output<S>> {
    const line = await this.line();
    const parsed = schema.safeParse(json(line));
    if (parsed.success) return parsed.data;
    const where = parsed.error.issues[0]?.path.join(".") || "its form";
    throw new ReportedError(`${this.whose} said what it cannot say (${where.slice(0, 80)})`);
  }

  close(): void {
    this.socket.end();
    this.socket.destroySoon();
  }

  private async line(): Promise<string> {
    for (;;) {
      const end = this.rest.indexOf(10);
      if (end >= 0) {
        const line = this.rest.subarray(0, end).toString("utf8");
        this.rest = this.rest.subarray(end + 1);
        return line;
      }
      if (this.rest.length > MAX_MESSAGE_BYTES)
        throw new ReportedError(`${this.whose} said more than ${MAX_MESSAGE_BYTES / 1024} KiB at once`);
      const { done, value } = await this.chunks.next().catch((error: unknown) => {
        throw new ReportedError(`${this.whose} is gone: ${messageOf(error)}`);
      });
      if (done) throw new ReportedError(`${this.whose} ended without a word`);
      this.rest = Buffer.concat([this.rest, value]);
    }
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Connects to the socket `path` of the container that runs `whose`, which may still be starting. */
export async function connectTo(path: string, whose: string, signal: AbortSignal): Promise<Channel> {
  const end = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    signal.throwIfAborted();
    const socket = await tryToConnect(path);
    if (!(socket instanceof Error)) return new Channel(socket, whose);
    if (Date.now() > end)
      throw new ReportedError(
        `${whose} could not be reached within ${START_TIMEOUT_MS / 1000} s (${socket.message}): look at the log of its container`,
      );
    await sleep(50, undefined, { signal });
  }
}

function tryToConnect(path: string): Promise<Socket | Error> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once("connect", () => resolve(socket));
    socket.once("error", resolve);
  });
}

/** A socket at `path` on which connections are taken. */
export async function listenAt(path: string, onConnection: (socket: Socket) => void): Promise<Server> {
  await rm(path, { force: true });
  const server = createServer(onConnection);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  return server;
}

/** The first connection to a socket at `path`: no other is taken, neither then nor later. Undefined when none comes in time. */
export async function firstConnection(
  path: string,
  whose: string,
  signal: AbortSignal,
  timeoutMs = START_TIMEOUT_MS,
): Promise<Channel | undefined> {
  const first = Promise.withResolvers<Socket | undefined>();
  let taken = false;
  const server = await listenAt(path, (socket) => {
    if (taken) socket.destroy();
    taken = true;
    first.resolve(socket);
  });
  const giveUp = () => first.resolve(undefined);
  const timer = setTimeout(giveUp, timeoutMs);
  signal.addEventListener("abort", giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    const socket = await first.promise;
    taken = true;
    return socket && new Channel(socket, whose);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
    server.close();
  }
}
