interface Version {
  readonly parts: readonly [number, number, number]
  readonly pre: readonly string[]
}

type Test = (version: Version) => boolean

/** True when `text` is a semantic version range: an operator, a wildcard or alternatives in it. */
export function isVersionRange(text: string): boolean {
  return /[\^~<>=*| ]|(^|\.)[xX](\.|$)/.test(text) && parseRange(text) !== undefined
}

/** Which pre-releases a range that names one may choose. */
export interface RangeOptions {
  /**
   * `of-the-version`: only those of the very version that is named, as node-semver has it. `of-the-range`: any in
   * a range whose every term names one, as Helm has it. The first without it.
   */
  readonly prereleases?: 'of-the-version' | 'of-the-range'
}

/**
 * The tag of the highest version in `range` (`^1.2`, `~1.2.3`, `1.x`, `>=1.2 <2`, `1.2 - 1.4`, `… || …`), or
 * undefined. Tags may begin with `v`. A range that names no pre-release chooses none.
 */
export function highestInRange(
  range: string,
  tags: Iterable<string>,
  options: RangeOptions = {},
): string | undefined {
  const alternatives = parseRange(range)
  if (alternatives === undefined) return undefined
  const ofRange = options.prereleases === 'of-the-range'
  let best: { tag: string; version: Version } | undefined
  for (const tag of tags) {
    const version = parseVersion(tag)
    if (version === undefined || !alternatives.some((all) => fits(version, all, ofRange))) continue
    if (best === undefined || compare(version, best.version) > 0) best = { tag, version }
  }
  return best?.tag
}

interface Comparator {
  readonly test: Test
  /** The version as it is written in the range. */
  readonly bound: Version
}

function fits(version: Version, all: readonly Comparator[], ofRange: boolean): boolean {
  if (!all.every(({ test }) => test(version))) return false
  if (version.pre.length === 0) return true
  if (ofRange) return all.every(({ bound }) => bound.pre.length > 0)
  return all.some(({ bound }) => bound.pre.length > 0 && String(bound.parts) === String(version.parts))
}

function parseRange(text: string): Comparator[][] | undefined {
  if (text.length > 200) return undefined
  const alternatives: Comparator[][] = []
  for (const part of text.split('||')) {
    const terms = part
      .replaceAll(',', ' ')
      .replaceAll(/(\S) +- +(\S)/g, (_, low: string, high: string) => `${low}@${high}`)
      .trim()
      .replaceAll(/([!<>=^~]+) +/g, '$1')
      .split(/ +/)
      .flatMap(withoutHyphen)
    const comparators = terms.map(parseTerm)
    if (comparators.some((found) => found === undefined)) return undefined
    alternatives.push(comparators.flatMap((found) => found ?? []))
  }
  return alternatives
}

/** `1.2@1.4`, which stands for `1.2 - 1.4`, as two terms; an empty term is any version. */
function withoutHyphen(term: string): readonly string[] {
  const [low = '', high] = term.split('@')
  if (high === undefined) return [low === '' ? '*' : low]
  return [`>=${low}`, `<=${high}`]
}

function parseTerm(term: string): Comparator[] | undefined {
  const found =
    /^(\^|~|>=|<=|>|<|!=|=)?v?([0-9]+|[xX*])(?:\.([0-9]+|[xX*]))?(?:\.([0-9]+|[xX*]))?(?:-([0-9A-Za-z.-]+))?$/.exec(
      term,
    )
  if (found === null) return undefined
  const [, operator = '', ...texts] = found
  const numbers = texts
    .slice(0, 3)
    .map((text) => (text === undefined || /[xX*]/.test(text) ? undefined : Number(text)))
  const [major, minor, patch] = numbers
  const pre = texts[3] === undefined ? [] : texts[3].split('.')
  const low: Version = { parts: [major ?? 0, minor ?? 0, patch ?? 0], pre }
  const atLeast: Comparator = { test: (version) => compare(version, low) >= 0, bound: low }
  const below = (parts: readonly [number, number, number]): Comparator => {
    const limit: Version = { parts, pre: [] }
    // `<2.0.0` is not met by 2.0.0-rc.1, whoever asks.
    return { test: (version) => compare({ parts: version.parts, pre: [] }, limit) < 0, bound: low }
  }
  const next = (upTo: number): readonly [number, number, number] =>
    upTo === 0
      ? [(major ?? 0) + 1, 0, 0]
      : upTo === 1
        ? [major ?? 0, (minor ?? 0) + 1, 0]
        : [major ?? 0, minor ?? 0, (patch ?? 0) + 1]
  const written = major === undefined ? 0 : minor === undefined ? 1 : patch === undefined ? 2 : 3
  if (written === 0) return [{ test: () => true, bound: low }]
  if (operator === '^') {
    const first = [major, minor, patch].findIndex((number) => (number ?? 0) > 0)
    return [atLeast, below(next(Math.min(first < 0 ? written - 1 : first, written - 1)))]
  }
  if (operator === '~') return [atLeast, below(next(Math.min(1, written - 1)))]
  if (operator === '>=') return [atLeast]
  if (operator === '!=') return [{ test: (version) => compare(version, low) !== 0, bound: low }]
  if (operator === '<') return [{ test: (version) => compare(version, low) < 0, bound: low }]
  if (operator === '>') {
    if (written < 3) return [{ test: (version) => !below(next(written - 1)).test(version), bound: low }]
    return [{ test: (version) => compare(version, low) > 0, bound: low }]
  }
  if (operator === '<=') {
    if (written < 3) return [below(next(written - 1))]
    return [{ test: (version) => compare(version, low) <= 0, bound: low }]
  }
  if (written < 3) return [atLeast, below(next(written - 1))]
  return [{ test: (version) => compare(version, low) === 0, bound: low }]
}

function parseVersion(tag: string): Version | undefined {
  const found =
    /^v?([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(tag)
  if (found === null) return undefined
  const [, major, minor, patch, pre] = found
  return {
    parts: [Number(major), Number(minor), Number(patch)],
    pre: pre === undefined ? [] : pre.split('.'),
  }
}

/** Order of semver.org, section 11. */
function compare(a: Version, b: Version): number {
  for (const [index, part] of a.parts.entries()) {
    const difference = part - (b.parts[index] ?? 0)
    if (difference !== 0) return difference
  }
  if (a.pre.length === 0 || b.pre.length === 0) return b.pre.length - a.pre.length
  for (let index = 0; index < Math.max(a.pre.length, b.pre.length); index++) {
    const [left, right] = [a.pre[index], b.pre[index]]
    if (left === undefined) return -1
    if (right === undefined) return 1
    const order = comparePart(left, right)
    if (order !== 0) return order
  }
  return 0
}

function comparePart(a: string, b: string): number {
  const [left, right] = [/^[0-9]+$/.test(a), /^[0-9]+$/.test(b)]
  if (left && right) return Number(a) - Number(b)
  if (left !== right) return left ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}
