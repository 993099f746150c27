import type { DriftRecord } from '../../src/core/ledger/index.ts'
import type { Rig } from './rig.ts'

/** Heals nothing by itself while a test runs. */
export const unhurried = { change: { healAfter: { people: 3_600_000, others: 3_600_000 } } }

/** `class path by manager (kind, sure)`, one line a record, sorted. */
export function lines(records: readonly DriftRecord[]): string[] {
  return records
    .map(
      ({ class: found, path, writer, sure }) =>
        `${found} ${path} by ${writer.manager ?? 'unknown'} (${writer.kind}, ${sure})`,
    )
    .sort()
}

/** Waits until so many differences are open. */
export async function opened(r: Rig, count = 1): Promise<DriftRecord[]> {
  return await r.until(`${count} open differences`, () => (r.open().length >= count ? r.open() : undefined))
}

export function countOf(r: Rig, state: DriftRecord['state']): number {
  return r.drift().filter((record) => record.state === state).length
}
