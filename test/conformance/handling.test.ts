import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type ObjectHandling, openObjectHandling } from '../../src/apimachinery/index.ts'
import { openReleases, type Releases } from '../../src/sim/data/index.ts'
import { attachApiServer } from '../../tools/kubernetes/index.ts'
import type { Case } from './case.ts'
import { applyCases } from './cases/applies.ts'
import { objectCases } from './cases/objects.ts'
import { patchCases } from './cases/patches.ts'
import { writerCases } from './cases/writers.ts'
import { HttpSide } from './http-side.ts'
import { knownDifferences } from './known-differences.ts'
import { ModuleSide } from './module-side.ts'
import { playOn } from './play-on.ts'
import type { Side } from './side.ts'
import { verdictOn } from './verdict.ts'

const cases: readonly Case[] = [...objectCases, ...patchCases, ...applyCases, ...writerCases]

let handling: ObjectHandling
let releases: Releases
const sides: HttpSide[] = []

beforeAll(async () => {
  releases = await openReleases()
  const opened = openObjectHandling({ schemas: releases.schemas, threads: 1 })
  if (opened === undefined) throw new Error('dist/apimachinery.wasm is missing')
  handling = opened
})

afterAll(async () => {
  await Promise.all([handling.close(), ...sides.map((side) => side.close())])
})

describe.for(inject('clusters'))('Kubernetes $version', (address) => {
  let real: Side

  beforeAll(async () => {
    const server = await attachApiServer(address)
    const side = new HttpSide('the real server', { ...server, token: server.token('admin') })
    sides.push(side)
    real = side
  })

  test.for(cases.filter(({ versions }) => versions?.includes(address.version) ?? true))(
    '$title',
    async (one) => {
      const module = new ModuleSide(handling, releases.release(address.version))
      const played = await playOn(one, real, module)
      expect(verdictOn(one, address.version, played, knownDifferences)).toBe(undefined)
    },
  )
})
