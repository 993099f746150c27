import type { Json } from '../../src/core/object/index.ts'
import type { Case } from './case.ts'
import { compare, type Difference } from './compare.ts'
import type { KnownDifference } from './known-differences.ts'
import { normalise } from './normalise.ts'
import type { Step } from './stage.ts'

/** The transcripts of a case from both sides. */
export interface Played {
  readonly real: readonly Step[]
  readonly other: readonly Step[]
}

/**
 * What is wrong with a case: the first difference that is not known, with what both sides really said, and every entry of
 * the known ones that does not occur. Undefined when nothing is.
 */
export function verdictOn(
  { title }: Case,
  version: string,
  { real, other }: Played,
  knownDifferences: readonly KnownDifference[],
): string | undefined {
  const known = knownDifferences.filter(
    (entry) => entry.title === title && (entry.versions?.includes(version) ?? true),
  )
  const all = compare(normalise(real), normalise(other))
  const isKnown = (difference: Difference): boolean =>
    known.some(({ at }) => placeOf(difference).startsWith(at))
  const unknown = all.filter((difference) => !isKnown(difference))
  const idle = known.filter(({ at }) => !all.some((difference) => placeOf(difference).startsWith(at)))
  const lines = idle.map(({ at, reason }) => `the known difference at ${at} does not occur: ${reason}`)
  const [first] = unknown
  if (first !== undefined) {
    const more = unknown.slice(1).map(placeOf)
    lines.push(
      `${unknown.length} unknown differences, the first at ${placeOf(first)}, in ${first.title}`,
      ...sides(first.real, first.other),
      `real answer:  ${excerpt(JSON.stringify(real[first.step]?.result ?? null), 0)}`,
      `other answer: ${excerpt(JSON.stringify(other[first.step]?.result ?? null), 0)}`,
      ...(more.length === 0 ? [] : [`also at ${more.slice(0, 20).join(', ')}`]),
    )
  }
  return lines.length === 0 ? undefined : lines.join('\n')
}

function placeOf({ step, path }: Difference): string {
  return `${step}${path}`
}

/** Long values from a little before they differ. */
function sides(real: Json | undefined, other: Json | undefined): readonly string[] {
  const [one, two] = [JSON.stringify(real ?? null), JSON.stringify(other ?? null)]
  let at = 0
  while (at < one.length && one[at] === two[at]) at += 1
  return [`real:  ${excerpt(one, at - 40)}`, `other: ${excerpt(two, at - 40)}`]
}

function excerpt(text: string, from: number): string {
  const start = Math.max(0, from)
  const part = text.slice(start, start + 1_500)
  return `${start > 0 ? '…' : ''}${part}${text.length > start + 1_500 ? '…' : ''}`
}
