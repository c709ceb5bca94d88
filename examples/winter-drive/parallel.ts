// examples/winter-drive/parallel.ts: several at once, never more than a few.

/** Runs `work` over `items`, at most `atOnce` at a time, begun in their order. The first failure stops what has not begun. */
export async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items[Symbol.iterator]();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let taken = waiting.next(); !taken.done && !failed; taken = waiting.next()) {
      try {
        await work(taken.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
}
