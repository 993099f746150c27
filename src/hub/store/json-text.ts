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

/** The items in runs of at most `size`, for statements that take so many parameters. */
export function runsOf<Item>(items: readonly Item[], size: number): Item[][] {
  const runs: Item[][] = []
  for (let at = 0; at < items.length; at += size) runs.push(items.slice(at, at + size))
  return runs
}
