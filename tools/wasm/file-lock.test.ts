import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { withFileLock } from './file-lock.ts'

test('two that need the same thing are let in one after the other, also when the first fails', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-lock-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'lock')
  let inside = 0
  const together: number[] = []
  const visit = (fails: boolean): Promise<void> =>
    withFileLock(file, async () => {
      inside += 1
      together.push(inside)
      await new Promise((resolve) => setImmediate(resolve))
      inside -= 1
      if (fails) throw new Error('this one failed')
    })
  const ends = await Promise.allSettled([visit(true), visit(false), visit(false)])
  expect(ends.map((end) => end.status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(together).toEqual([1, 1, 1])
})
