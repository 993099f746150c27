import fc from 'fast-check'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type ObjectHandling, openObjectHandling } from '../../src/apimachinery/index.ts'
import { openReleases, type Releases } from '../../src/sim/data/index.ts'
import { attachApiServer } from '../../tools/kubernetes/index.ts'
import { randomCase } from './cases/random.ts'
import { HttpSide } from './http-side.ts'
import { ModuleSide } from './module-side.ts'
import { playOn } from './play-on.ts'
import { verdictOn } from './verdict.ts'

/** More of them on request: `RANDOM_PLAYS=500 npx vitest run --project real test/conformance/random`. */
const numRuns = Number(process.env.RANDOM_PLAYS ?? 25)

let handling: ObjectHandling
let releases: Releases

beforeAll(async () => {
  releases = await openReleases()
  const opened = openObjectHandling({ schemas: releases.schemas, threads: 1 })
  if (opened === undefined) throw new Error('dist/apimachinery.wasm is missing')
  handling = opened
})

afterAll(async () => {
  await handling.close()
})

test.for(inject('clusters'))(
  'whatever managers write, objects and owners are those of Kubernetes $version',
  async (address) => {
    const server = await attachApiServer(address)
    const real = new HttpSide('the real server', { ...server, token: server.token('admin') })
    try {
      // What fails is printed with its seed.
      await fc.assert(
        fc.asyncProperty(randomCase, async (one) => {
          const module = new ModuleSide(handling, releases.release(address.version))
          expect(verdictOn(one, address.version, await playOn(one, real, module), [])).toBe(undefined)
        }),
        { numRuns },
      )
    } finally {
      await real.close()
    }
  },
)
