/** What one rendering may take and give (rendering.md, Limits). */
export const renderLimits = {
  /** Of the processor; by the clock four times that, because a busy machine is not the source's fault. */
  timeMs: 30_000,
  memoryBytes: 1024 * 1024 * 1024,
  treeBytes: 64 * 1024 * 1024,
  treeFiles: 20_000,
  /** Folders above a file. */
  treeDepth: 64,
  objects: 10_000,
  outputBytes: 64 * 1024 * 1024,
} as const
