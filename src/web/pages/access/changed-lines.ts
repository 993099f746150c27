/** A line of a change: what came, what went, or what stands around it. */
export interface ChangedLine {
  readonly sign: '+' | '-' | ' '
  readonly line: string
}

/** Lines around a change that are shown with it. */
const around = 3

/** What differs between two texts, line by line, with a few lines around. The objects are small. */
export function changedLines(from: string, to: string): ChangedLine[] {
  const [one, two] = [linesOf(from), linesOf(to)]
  const lengths = commonLengths(one, two)
  const all: ChangedLine[] = []
  let [a, b] = [0, 0]
  const common = (x: number, y: number): number => lengths[x]?.[y] ?? 0
  while (a < one.length || b < two.length) {
    const [left, right] = [one[a], two[b]]
    if (left !== undefined && left === right) {
      all.push({ sign: ' ', line: left })
      a += 1
      b += 1
    } else if (right === undefined || (left !== undefined && common(a + 1, b) >= common(a, b + 1))) {
      all.push({ sign: '-', line: left ?? '' })
      a += 1
    } else {
      all.push({ sign: '+', line: right })
      b += 1
    }
  }
  return all.filter((_, at) =>
    all.slice(Math.max(0, at - around), at + around + 1).some(({ sign }) => sign !== ' '),
  )
}

/** The length of the longest common run of lines, from each pair of places on. */
function commonLengths(one: readonly string[], two: readonly string[]): number[][] {
  const lengths = Array.from({ length: one.length + 1 }, () =>
    Array.from({ length: two.length + 1 }, () => 0),
  )
  for (let a = one.length - 1; a >= 0; a -= 1) {
    for (let b = two.length - 1; b >= 0; b -= 1) {
      const [row, below] = [lengths[a], lengths[a + 1]]
      if (row === undefined || below === undefined) continue
      row[b] = one[a] === two[b] ? (below[b + 1] ?? 0) + 1 : Math.max(below[b] ?? 0, row[b + 1] ?? 0)
    }
  }
  return lengths
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}
