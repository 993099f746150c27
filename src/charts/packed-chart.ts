import { nearest } from '../core/nearest.ts'
import { highestInRange } from '../core/version-range.ts'
import { chartFailure } from './failures.ts'

/** A chart as it came, before anything in it is believed. */
export interface PackedChart {
  readonly archive: Uint8Array
  /** As the repository names it; undefined where only a digest was asked for. */
  readonly version: string | undefined
  /** Where a signature was asked for. */
  readonly provenance: Uint8Array | undefined
}

/** The version among `versions` that is meant: the very one, or the highest in the range. Throws `no-version`. */
export function chosenVersion(wanted: string, versions: readonly string[], subject: string): string {
  if (versions.includes(wanted)) return wanted
  const found = highestInRange(wanted, versions, { prereleases: 'of-the-range' })
  if (found !== undefined) return found
  const near = nearest(wanted, versions) ?? highestInRange('', versions)
  throw chartFailure(
    subject,
    'no-version',
    `none of its ${versions.length} versions fits ${JSON.stringify(wanted.slice(0, 100))}`,
    { hint: near === undefined ? 'look at the versions that there are' : `there is ${near}` },
  )
}
