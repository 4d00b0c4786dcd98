/**
 * The results of all tasks, or the first error: then `stop` is aborted and the other tasks have ended before this
 * throws, so that nothing runs on behind an answer.
 */
export async function allOrFirstError<T extends readonly unknown[] | []>(
  stop: AbortController,
  tasks: T,
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  try {
    return await Promise.all(tasks);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(tasks);
    throw error;
  }
}
