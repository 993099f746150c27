import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** The attacks on the hub's ways in, by their rows in the table of attacks. */
const rows = [24, 25, 33, 34, 35, 36, 37, 38, 39, 40, 41, 43, 44, 45, 46, 47, 49]
const root = join(import.meta.dirname, '..')

/** The rows that the names of tests tell of: `row 41`, `rows 24 and 25`, `rows 33 to 35`. */
async function rowsInTests(): Promise<Set<number>> {
  const found = new Set<number>()
  for await (const path of glob(['src/**/*.test.ts', 'test/**/*.test.ts', 'src/**/*.conformance.ts'], {
    cwd: root,
  })) {
    const text = await readFile(join(root, path), 'utf8')
    for (const [, name = ''] of text.matchAll(/(?:test|describe)(?:\.\w+)*\(\s*['"`]([^'"`\n]+)/g)) {
      for (const [, numbers = ''] of name.matchAll(/\brows? ((?:\d+(?:, | and | to )?)+)/g)) {
        const [first = 0, ...others] = numbers.split(/, | and | to /).map(Number)
        found.add(first)
        for (const other of others) found.add(other)
        const last = others.at(-1)
        if (numbers.includes(' to ') && last !== undefined)
          for (let row = first; row <= last; row++) found.add(row)
      }
    }
  }
  return found
}

test('every attack on a way in of the hub has a test that is named by its row', async () => {
  const found = await rowsInTests()
  expect(rows.filter((row) => !found.has(row))).toEqual([])
})
