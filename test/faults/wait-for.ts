/**
 * Waits until `condition` gives something other than false, undefined or null, and returns it. There is no deadline
 * here: a condition that never comes true ends with the test's own, so that slow machines fail nothing.
 */
export async function waitFor<Value>(
  condition: () => Value | Promise<Value>,
): Promise<Exclude<Value, false | undefined | null>> {
  for (;;) {
    const value = await condition()
    if (value !== false && value !== undefined && value !== null) {
      return value as Exclude<Value, false | undefined | null>
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
