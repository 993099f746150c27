/** What the fill of a cell may say: the texts of the legend, and which of them a cluster has. */
export interface MapFill<Known> {
  readonly legend: readonly string[]
  readonly stepOf: (known: Known) => number
}

const driftAges = ['nothing differs', 'under 10 min', 'under 1 h', 'under 24 h', 'longer'] as const
const minutes = [10, 60, 24 * 60] as const
const shownVersions = 4
const quotaBounds = [0.5, 0.75, 0.9] as const

/** For how long the oldest difference stands, by when it was first seen. */
export function driftAgeFill(now: number): MapFill<string | undefined> {
  return {
    legend: driftAges,
    stepOf: (firstSeen) => {
      if (firstSeen === undefined) return 0
      const age = (now - Date.parse(firstSeen)) / 60_000
      const step = minutes.findIndex((most) => age < most)
      return step < 0 ? driftAges.length - 1 : step + 1
    },
  }
}

/** The newest versions there are, one text for those that are older, and one for what is not known (the empty text). */
export function versionFill(versions: Iterable<string>): MapFill<string> {
  const all = [...new Set(versions)].filter((version) => version !== '').toSorted(newestFirst)
  const shown = all.slice(0, shownVersions)
  const legend = [...shown, ...(all.length > shown.length ? ['older'] : []), 'not known']
  return {
    legend,
    stepOf: (version) => {
      if (version === '') return legend.length - 1
      const at = shown.indexOf(version)
      return at < 0 ? shown.length : at
    },
  }
}

/** How full the fullest quota is, as a share; what was not counted (less than 0) or is not known now is never little. */
export const quotaFill: MapFill<number | undefined> = {
  legend: ['not known', 'under 50 %', '50 % or more', '75 % or more', '90 % or more'],
  stepOf: (full) =>
    full === undefined || full < 0 ? 0 : quotaBounds.filter((bound) => full >= bound).length + 1,
}

function newestFirst(one: string, two: string): number {
  return two.localeCompare(one, 'en', { numeric: true })
}
