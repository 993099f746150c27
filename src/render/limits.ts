/** What one rendering may take and give (rendering.md, Limits). */
export const renderLimits = {
  timeMs: 30_000,
  memoryBytes: 1024 * 1024 * 1024,
  treeBytes: 64 * 1024 * 1024,
  treeFiles: 20_000,
  /** Folders above a file. */
  treeDepth: 64,
  objects: 10_000,
  outputBytes: 64 * 1024 * 1024,
} as const
