import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ClusterStore, Shapes, wholeOf } from '../store/index.ts'
import { readState, writeState } from './index.ts'

const configMap = (name: string, uid: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', uid, creationTimestamp: '2026-01-01T00:00:00Z' },
  data: { motto: 'even keel 🚢' },
})

function held(uid: string, shapes: Shapes): ClusterStore {
  const store = new ClusterStore({ identity: uid, shapes })
  store.put('configmaps', 'shop/a', configMap('a', `${uid}-a`), undefined)
  store.put('configmaps', 'shop/b', configMap('b', `${uid}-b`), undefined)
  store.remove('configmaps', 'shop/b', 3)
  return store
}

const stateOf = (store: ClusterStore) => ({ snapshot: store.snapshot(), uids: 7, demand: { 'shop/web': 3 } })

test('clusters come back from a file as they were: objects, revisions, and what was counted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-state-'))
  const file = join(folder, 'state')
  const shapes = new Shapes()
  const [first, second] = [held('one', shapes), held('two', shapes)]
  const clusters = new Map([
    ['one', stateOf(first)],
    ['two', stateOf(second)],
  ])
  await writeState(file, { seed: 'tradewind', clusters })
  expect(await readdir(folder)).toEqual(['state'])
  const state = await readState(file)
  expect(state?.seed).toBe('tradewind')
  const again = new ClusterStore({ identity: 'two', shapes })
  const two = state?.clusters.get('two')
  if (two === undefined) throw new Error('cluster two is in the file')
  again.restore(two.snapshot)
  expect(two).toMatchObject({ uids: 7, demand: { 'shop/web': 3 } })
  expect(again.revision).toBe(4)
  expect(again.page('configmaps').objects.map(wholeOf)).toEqual(
    second.page('configmaps').objects.map(wholeOf),
  )
  // What comes back is shared between clusters, and with what they write then.
  expect(again.get('configmaps', 'shop/a')?.shape).toBe(first.get('configmaps', 'shop/a')?.shape)
})

test('no file is no state, and a damaged one is said to be that', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-state-'))
  const file = join(folder, 'state')
  expect(await readState(file)).toBeUndefined()
  await writeState(file, { seed: 's', clusters: new Map([['one', stateOf(held('one', new Shapes()))]]) })
  const whole = await readFile(file)
  await writeFile(file, whole.subarray(0, whole.length - 20))
  await expect(readState(file)).rejects.toThrow(/unexpected end/)
  await writeFile(file, 'no state at all')
  await expect(readState(file)).rejects.toThrow(/incorrect header/)
})
