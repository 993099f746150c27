import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ApiServer, startApiServer } from '../../tools/kubernetes/index.ts'
import { ensureNativeTools } from '../../tools/render/native.ts'
import { toldCases } from './cases/events.ts'
import { rolloutCases } from './cases/rollouts.ts'
import { serviceCases } from './cases/services.ts'
import { toolCases } from './cases/tools.ts'
import { treeCases } from './cases/trees.ts'
import { knownDifferences } from './known-differences.ts'
import { playOn } from './play-on.ts'
import { openSides, type Sides } from './sides.ts'
import { verdictOn } from './verdict.ts'

/** What the controller manager of test servers runs. Controllers are no part of what an emulated version changes. */
const controllers = [
  'garbage-collector',
  'namespaces',
  'deployments',
  'replica-sets',
  'autoscaler',
  'endpoint-slices',
  'cron-jobs',
] as const
const besides = ['endpointslice-controller', 'cronjob-controller']

describe('Kubernetes 1.36 with its controllers', () => {
  let server: ApiServer
  let sides: Sides

  beforeAll(async () => {
    await ensureNativeTools()
    server = await startApiServer({ version: '1.36', controllerManager: besides, audit: 'none' })
    sides = await openSides(server, controllers)
    // The first time helm is built.
  }, 900_000)
  afterAll(() => server.stop())

  test.for([...treeCases, ...rolloutCases, ...serviceCases, ...toolCases, ...toldCases])(
    '$title',
    async (one) => {
      const played = await playOn(one, sides.real, sides.simulated)
      expect(verdictOn(one, '1.36', played, knownDifferences)).toBe(undefined)
    },
  )
})
