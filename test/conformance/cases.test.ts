import { beforeAll, describe, expect, test } from 'vitest'
import type { Case } from './case.ts'
import { applyCases } from './cases/applies.ts'
import { definitionCases } from './cases/definitions.ts'
import { deletionCases } from './cases/deletions.ts'
import { discoveryCases } from './cases/discovery.ts'
import { eventCases, toldCases } from './cases/events.ts'
import { kubectlCases } from './cases/kubectl.ts'
import { listCases } from './cases/lists.ts'
import { objectCases } from './cases/objects.ts'
import { patchCases } from './cases/patches.ts'
import { representationCases } from './cases/representations.ts'
import { rolloutCases } from './cases/rollouts.ts'
import { serviceCases } from './cases/services.ts'
import { toolCases } from './cases/tools.ts'
import { treeCases } from './cases/trees.ts'
import { watchCases } from './cases/watches.ts'
import { webhookCases } from './cases/webhooks.ts'
import { writerCases } from './cases/writers.ts'
import { knownDifferences } from './known-differences.ts'
import { playOn } from './play-on.ts'
import { addresses, openSides, type Sides } from './sides.ts'
import { verdictOn } from './verdict.ts'

const cases: readonly Case[] = [
  ...objectCases,
  ...patchCases,
  ...applyCases,
  ...writerCases,
  ...definitionCases,
  ...representationCases,
  ...deletionCases,
  ...discoveryCases,
  ...kubectlCases,
  ...listCases,
  ...watchCases,
  ...webhookCases,
  ...eventCases,
]

describe.for(addresses)('Kubernetes $version', (address) => {
  let sides: Sides

  beforeAll(async () => {
    sides = await openSides(address)
  })

  test.for(cases.filter(({ versions }) => versions?.includes(address.version) ?? true))(
    '$title',
    async (one) => {
      const played = await playOn(one, sides.real, sides.simulated)
      expect(verdictOn(one, address.version, played, knownDifferences)).toBe(undefined)
    },
  )
})

test('a known difference belongs to a case', () => {
  const titles = new Set(
    [...cases, ...treeCases, ...rolloutCases, ...serviceCases, ...toolCases, ...toldCases].map(
      ({ title }) => title,
    ),
  )
  expect(knownDifferences.filter(({ title }) => !titles.has(title))).toEqual([])
})
