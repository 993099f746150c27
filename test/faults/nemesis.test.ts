import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildProgram, shorter } from './nemesis/build-program.ts'
import { runSeed } from './nemesis/run-seed.ts'
import { themeOf } from './nemesis/schedule.ts'
import { type Kubernetes, openKubernetes } from './nemesis/stage.ts'

let folder: string
let program: string
let kubernetes: Kubernetes
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-faults-'))
  program = await buildProgram(join(folder, 'program'), shorter)
  kubernetes = await openKubernetes()
})
afterAll(async () => {
  await kubernetes.close()
  await rm(folder, { recursive: true, force: true })
})

/** The rest runs on request: `npm run faults -- --seeds N`. */
const seeds = [2, 3].map((seed) => [seed, themeOf(seed)] as const)

test.each(seeds)(
  'seed %i (%s): whatever goes wrong, no invariant breaks, and all is as declared in the end',
  { timeout: 900_000 },
  async (seed) => {
    const { violations } = await runSeed(kubernetes, program, seed)
    expect(violations, `replay: npm run faults -- --seed ${seed}`).toEqual([])
  },
)
