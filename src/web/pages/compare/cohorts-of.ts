import type { Row } from './compare-clusters.ts'

/** Clusters that have the same value of each of the rows. */
export interface Cohort {
  /** A, B and so on; the largest is A. */
  readonly name: string
  readonly clusters: readonly string[]
  /** For each row its value here, and whether it is the measure's. */
  readonly values: readonly { readonly value: string; readonly measure: boolean }[]
}

/** Puts clusters together that no row tells apart. Rows hold every cluster once, so each is in one cohort. */
export function cohortsOf(rows: readonly Row[]): Cohort[] {
  const values = new Map<string, Cohort['values'][number][]>()
  for (const row of rows) {
    for (const { value, measure, clusters } of row.values) {
      for (const cluster of clusters)
        values.set(cluster, [...(values.get(cluster) ?? []), { value, measure }])
    }
  }
  const by = Map.groupBy(values, ([, own]) => JSON.stringify(own.map(({ value }) => value)))
  return [...by.values()]
    .toSorted((one, two) => two.length - one.length)
    .map((members, at) => ({
      name: letters(at),
      clusters: members.map(([cluster]) => cluster),
      values: members[0]?.[1] ?? [],
    }))
}

/** A to Z, then AA, AB and so on. */
function letters(at: number): string {
  const last = String.fromCharCode(65 + (at % 26))
  return at < 26 ? last : letters(Math.floor(at / 26) - 1) + last
}
