/**
 * Runs `task` for every item, at most `limit` at a time, and resolves with the results in the items' order.
 * A task that throws makes the whole call reject once the running ones have ended; none is started after it.
 */
export async function eachLimited<Item, Result>(
  items: readonly Item[],
  limit: number,
  task: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  let failed: { error: unknown } | undefined
  const worker = async (): Promise<void> => {
    while (failed === undefined && next < items.length) {
      const index = next++
      try {
        // `index` is below the length, so the item is there.
        results[index] = await task(items[index] as Item, index)
      } catch (error) {
        failed ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  if (failed !== undefined) throw failed.error
  return results
}
