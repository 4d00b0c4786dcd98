/** What `body` yields, until the signal is aborted: then its reason is thrown, also when the body gives no sign of life. */
export async function* untilAborted<T>(body: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  const iterator = body[Symbol.asyncIterator]();
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
  });
  aborted.catch(() => undefined); // told where it is waited for
  try {
    for (;;) {
      const { done, value } = await Promise.race([iterator.next(), aborted]);
      if (done) return;
      yield value;
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    // Not waited for: it comes back only after what the body is waiting for now.
    void iterator.return?.().catch(() => undefined);
  }
}
