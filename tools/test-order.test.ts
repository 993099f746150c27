import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { longest, waiting } from './test-order.ts'

test('every file that has a place in the order of the tests is there', () => {
  expect([...longest, ...waiting].filter((file) => !existsSync(file))).toEqual([])
})
