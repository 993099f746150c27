import type { FleetMapView } from '../../../api/index.ts'
import type { StateWord } from '../../../core/state/index.ts'

/** One cluster on the map. */
export interface Cell {
  readonly name: string
  readonly state: StateWord
  readonly fill: number
}

/** The clusters of one environment and group, in the order in which they are drawn. */
export interface MapGroup {
  readonly environment: string
  readonly name: string
  readonly cells: readonly Cell[]
}

export type Order = 'name' | 'worst'

/** Distance between glyphs by the number of clusters; cards for few, bars for too many (ux §4). */
export type Pitch = 'cards' | 32 | 22 | 12 | 'bars'

/** How a number of clusters is drawn. */
export function pitchFor(count: number): Pitch {
  if (count <= 60) return 'cards'
  if (count <= 400) return 32
  if (count <= 1_200) return 22
  return count <= 5_000 ? 12 : 'bars'
}

/** The size of a glyph at a pitch. */
export function glyphSize(pitch: number): number {
  return pitch === 32 ? 20 : pitch === 22 ? 16 : 10
}

const names = new Intl.Collator('en', { numeric: true })

/**
 * The groups of a map, environments as the hub orders them and groups by name. By name, a cluster keeps its place whatever
 * its state, so that people learn where it is.
 */
export function groupsOf(map: FleetMapView, order: Order, places = placesOf(map)): MapGroup[] {
  const cells = map.groups.map((): Cell[] => [])
  for (const [name, group, state, fill] of map.clusters) {
    // A hub of this version counts states into its own list; an index outside of it says nothing good.
    cells[group]?.push({ name, state: map.states[state] ?? 'unreachable', fill })
  }
  const byPlace = (one: Cell, two: Cell): number => (places.get(one.name) ?? 0) - (places.get(two.name) ?? 0)
  const rank = new Map(map.environments.map(({ name }, at) => [name, at]))
  const worse = new Map(map.states.map((state, at) => [state, at]))
  return map.groups
    .map(({ environment, name }, at) => ({ environment, name, cells: (cells[at] ?? []).toSorted(byPlace) }))
    .map((group) =>
      order === 'name'
        ? group
        : {
            ...group,
            cells: group.cells.toSorted(
              (one, two) => (worse.get(one.state) ?? 0) - (worse.get(two.state) ?? 0),
            ),
          },
    )
    .toSorted(
      (one, two) =>
        (rank.get(one.environment) ?? 0) - (rank.get(two.environment) ?? 0) ||
        names.compare(one.name, two.name),
    )
}

/** The place of each cluster by its name, numbers as numbers. The same as long as there are the same clusters. */
export function placesOf({ clusters }: FleetMapView): ReadonlyMap<string, number> {
  const sorted = clusters.map(([name]) => name).toSorted((one, two) => names.compare(one, two))
  return new Map(sorted.map((name, at) => [name, at]))
}

/** How many glyphs stand beside each other. */
export function columnsFor(width: number, pitch: number): number {
  return Math.max(1, Math.floor((width + pitch - glyphSize(pitch)) / pitch))
}

/** The name that an arrow key leads to; the same one at an edge. Rows go on from group to group. */
export function neighbour(
  groups: readonly MapGroup[],
  columns: number,
  from: string,
  key: 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown' | 'Home' | 'End',
): string {
  const rows = groups.flatMap(({ cells }) =>
    Array.from({ length: Math.ceil(cells.length / columns) }, (_, row) =>
      cells.slice(row * columns, (row + 1) * columns).map(({ name }) => name),
    ),
  )
  const y = rows.findIndex((row) => row.includes(from))
  const row = rows[y]
  if (row === undefined) return rows[0]?.[0] ?? from
  const x = row.indexOf(from)
  const flat = rows.flat()
  const at = flat.indexOf(from)
  const beside = (other: readonly string[] | undefined): string | undefined =>
    other?.[Math.min(x, other.length - 1)]
  const target = {
    ArrowLeft: flat[at - 1],
    ArrowRight: flat[at + 1],
    ArrowUp: beside(rows[y - 1]),
    ArrowDown: beside(rows[y + 1]),
    Home: row[0],
    End: row.at(-1),
  }[key]
  return target ?? from
}

/** The names between two clusters in drawing order, both among them. */
export function between(groups: readonly MapGroup[], one: string, two: string): string[] {
  const flat = groups.flatMap(({ cells }) => cells.map(({ name }) => name))
  const [from = 0, to = 0] = [flat.indexOf(one), flat.indexOf(two)].toSorted((a, b) => a - b)
  return from < 0 ? [] : flat.slice(from, to + 1)
}
