import { canonicalJson, isList, isMap, type Json } from '../../src/core/object/index.ts'
import type { Step } from './stage.ts'

/** A place where two transcripts differ: the number of the step, and the path in its result. */
export interface Difference {
  readonly step: number
  readonly title: string
  readonly path: string
  readonly real: Json | undefined
  readonly other: Json | undefined
}

/** Every smallest place where two transcripts differ. */
export function compare(real: readonly Step[], other: readonly Step[]): readonly Difference[] {
  const found: Difference[] = []
  for (let step = 0; step < Math.max(real.length, other.length); step += 1) {
    const title = real[step]?.title ?? other[step]?.title ?? ''
    const visit = (one: Json | undefined, two: Json | undefined, path: string): void => {
      if (one !== undefined && two !== undefined) {
        if (isMap(one) && isMap(two)) {
          for (const key of new Set([...Object.keys(one), ...Object.keys(two)]))
            visit(one[key], two[key], `${path}.${key}`)
          return
        }
        if (isList(one) && isList(two) && one.length === two.length) {
          one.forEach((member, index) => visit(member, two[index], `${path}[${index}]`))
          return
        }
        if (canonicalJson(one) === canonicalJson(two)) return
      } else if (one === two) return
      found.push({ step, title, path, real: one, other: two })
    }
    visit(real[step]?.result, other[step]?.result, '')
  }
  return found
}
