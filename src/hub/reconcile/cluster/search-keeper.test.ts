import { expect, test } from 'vitest'
import { keyOf, type KubeObject, refOf } from '../../../core/object/index.ts'
import { projectionOf } from '../../../core/search/index.ts'
import { createLog, FakeClock } from '../../../runtime/index.ts'
import type { IndexChange } from '../../store/index.ts'
import { SearchKeeper } from './search-keeper.ts'

function settings(name: string, team: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'shop', labels: { team } },
    data: {},
  }
}

const objects = ['indexed', 'told', 'quiet'].map((name) => settings(name, 'declared'))
const [indexed = '', told = '', quiet = ''] = objects.map((object) => keyOf(refOf(object)))

test('of a bundle that stands on a cluster only what no engine has told is taken from the rendering', async () => {
  const clock = new FakeClock(0)
  const written: IndexChange[] = []
  const keeper = new SearchKeeper({
    store: {
      search: {
        save: async (changes: readonly IndexChange[]) => void written.push(...changes),
        known: async () => [],
        keysOf: async () => [indexed],
      } as never,
      inventory: { keysOf: async () => [indexed, told, quiet] } as never,
    },
    content: {
      content: async () => ({
        objects: objects.map((object) => ({ object, hash: '', origin: { file: 'a.yaml' } })),
      }),
    } as never,
    clock,
    log: createLog({ level: 'warn', stream: { write: () => {} } }),
  })
  await keeper.load()
  keeper.add({
    cluster: 'one',
    bundle: 'shop',
    key: told,
    projection: projectionOf(settings('told', 'live')),
  })
  keeper.ensure('one', { bundle: 'shop', desired: { variant: 'v' } } as never)
  // What is indexed has been read.
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  await clock.advance(1_000)
  expect(written.map(({ key, declared }) => [key, declared === true])).toEqual([
    [told, false],
    [quiet, true],
  ])
  await keeper.stop()
})
