import { setTimeout as sleep } from "node:timers/promises";

/** What flows through encryption in tests. */
export async function* chunks(...parts: (Buffer | string)[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
}

export async function collect(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of body) all.push(chunk);
  return Buffer.concat(all);
}

/** `count` chunks of `bytes` each, which remembers how many were taken and whether it was ended early. */
export class CountedSource {
  taken = 0;
  ended = false;

  constructor(
    private readonly count: number,
    private readonly bytes: number,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      for (; this.taken < this.count; this.taken++) {
        yield Buffer.alloc(this.bytes, this.taken % 251);
        if (this.taken % 64 === 0) await sleep(0);
      }
    } finally {
      this.ended = true;
    }
  }
}
