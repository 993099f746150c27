import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyEntryOf } from '../../src/core/drift/index.ts'
import { formatPath, parseFieldsV1 } from '../../src/core/fields/index.ts'
import { fieldSetOf } from '../../src/core/schema/index.ts'
import { type ApiServer, type EmulatedVersion, startApiServer } from '../../tools/kubernetes/index.ts'
import { shopDefinition } from './definitions.ts'
import { GENERATED } from './generated-objects.ts'
import { Rest } from './rest.ts'
import { established } from './shop-cluster.ts'
import { SAMPLES } from './samples.ts'

describe.each<EmulatedVersion>(['1.36', '1.33'])(
  'the field set of a manifest is the one that a real server %s records',
  (version) => {
    let server: ApiServer
    let rest: Rest

    beforeAll(async () => {
      server = await startApiServer({ version, audit: 'none' })
      rest = new Rest(server)
      await established(rest, shopDefinition())
    })
    afterAll(async () => {
      await rest.close()
      await server.stop()
    })

    async function expectSameSet(path: string, object: Parameters<Rest['apply']>[1]): Promise<void> {
      const answer = await rest.apply(path, object, { dryRun: true, force: true })
      expect(answer.status, JSON.stringify([answer.body, object])).toBeOneOf([200, 201])
      const type = await rest.typeOf(object)
      expect(type).toBeDefined()
      const recorded = parseFieldsV1(applyEntryOf(answer.body, 'evenkeel')?.fieldsV1 ?? {})
      expect([...fieldSetOf(object, type).members()].map(formatPath)).toEqual(
        [...recorded.members()].map(formatPath),
      )
    }

    test.each(Object.keys(GENERATED))('for generated objects of kind %s', async (kind) => {
      const generated = GENERATED[kind]
      if (generated === undefined) throw new Error(`no generator for ${kind}`)
      await fc.assert(
        fc.asyncProperty(generated, async ({ path, object }) => {
          await expectSameSet(path, object)
        }),
        { numRuns: 60 },
      )
    })

    test.each(SAMPLES.map((sample) => [sample.object.kind, sample] as const))(
      'for a %s',
      async (_kind, { path, object }) => {
        await expectSameSet(path, object)
      },
    )
  },
)
