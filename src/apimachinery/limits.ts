/** What one call of the module may cost. Larger work is cut into calls. */
export const apimachineryLimits = {
  /** Processor time, in milliseconds. */
  timeMs: 30_000,
  /** Objects and bytes that are validated in one call; one object may be larger. */
  objects: 200,
  bytes: 4 * 1024 * 1024,
  /** The largest object; an API server takes 3 MiB at most. */
  objectBytes: 16 * 1024 * 1024,
} as const
