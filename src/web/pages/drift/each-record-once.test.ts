import { expect, test } from 'vitest'
import type { DriftView } from '../../../api/index.ts'
import { eachRecordOnce } from './each-record-once.ts'

const record = (id: string, state: DriftView['state']): DriftView => ({ id, state }) as DriftView

test('what was healed between two answers is told once, as healed', () => {
  const open = [record('a', 'open'), record('b', 'open')]
  const settled = [record('a', 'healed'), record('c', 'gone')]
  expect(eachRecordOnce(open, settled).map(({ id, state }) => `${id} ${state}`)).toEqual([
    'b open',
    'a healed',
    'c gone',
  ])
})
