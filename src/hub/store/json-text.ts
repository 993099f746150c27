/** A structure as the text of a column. */
export function toText(value: object): string {
  return JSON.stringify(value)
}

/**
 * The structure in a text column. What the hub wrote is what it reads: the file is checked when it is opened, and the
 * schema's number says which version wrote it, so the shape is the column's and not checked again.
 */
export function fromText<Shape>(text: string): Shape {
  return JSON.parse(text) as Shape
}

/** A statement for so many rows stays small, and two of half the rows take hardly longer. */
const longestRun = 32

/**
 * The items in runs of at most `size`, for statements that take so many parameters. The lengths are few, 32 and the
 * halves of it, because SQLite keeps each statement that differs, with what it was given last.
 */
export function runsOf<Item>(items: readonly Item[], size: number): Item[][] {
  const runs: Item[][] = []
  let length = longestRun
  for (let at = 0; at < items.length; at += length) {
    while (length > 1 && (length > size || length > items.length - at)) length /= 2
    runs.push(items.slice(at, at + length))
  }
  return runs
}
