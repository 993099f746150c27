import { expect, test } from 'vitest'
import { isList, isMap, type Json, type KubeObject, valueAt } from '../../src/core/object/index.ts'
import { unhurried } from '../engine/differences.ts'
import { deployment } from '../engine/manifests.ts'
import type { Rig } from '../engine/rig.ts'
import { onSharedServers, writes } from './each-rig.ts'

const before = deployment('web', { minReadySeconds: 7, revisionHistoryLimit: 3 })

/** The environment of the first container of a live Deployment. */
function environment(live: KubeObject): Json | undefined {
  const containers = valueAt(live, 'spec', 'template', 'spec', 'containers')
  const first = isList(containers) ? containers[0] : undefined
  return isMap(first) ? first.env : undefined
}

async function adopt(r: Rig): Promise<void> {
  r.declare([before])
  const plan = await r.until('the adoption waits for consent', async () =>
    (await r.plans()).find(({ state }) => state === 'waiting'),
  )
  expect(plan.plan.items.map(({ action }) => action)).toEqual(['adopt'])
  await r.decide(plan.plan.id, 'approved')
  await r.until('it is adopted', () => r.bundleReport()?.phase === 'applied')
  await r.engine.idle()
}

onSharedServers((rig) => {
  test('incident 29: a field of an object that kubectl apply made goes when Git drops it, and fields of others stay', async () => {
    const r = await rig(unhurried)
    await r.kubectlStdin('alice', before, 'apply')
    // Another tool owns something of it, too.
    const theirs = '--field-manager=injector'
    await r.kubectl('bob', 'set', 'env', 'deployment/web', 'THEIRS=1', '-c', 'web', theirs)
    await r.kubectl('bob', 'annotate', 'deployment', 'web', 'team=shop', theirs)
    await adopt(r)
    const adopted = await r.live('deployment', 'web')
    expect(adopted.spec).toMatchObject({ minReadySeconds: 7, revisionHistoryLimit: 3 })
    expect(environment(adopted)).toEqual([{ name: 'THEIRS', value: '1' }])
    // Git drops two fields: one without a default, one with.
    await r.deliver([deployment('web')])
    const after = await r.live('deployment', 'web')
    expect(after.spec).not.toHaveProperty('minReadySeconds')
    expect(after.spec).toMatchObject({ revisionHistoryLimit: 10 })
    expect(environment(after)).toEqual([{ name: 'THEIRS', value: '1' }])
    expect(after.metadata.annotations).toMatchObject({ team: 'shop' })
    expect(after.metadata.uid).toBe(adopted.metadata.uid)
    expect(after.metadata.managedFields?.map(({ manager }) => manager).sort()).toEqual([
      'evenkeel',
      'injector',
    ])
    const written = await writes(r)
    await r.restart()
    await r.until('it was looked at', () => r.bundleReport()?.phase === 'applied')
    await r.engine.idle()
    expect(await written()).toEqual([])
  })

  test('incident 29: what another applier still applies stays when Git drops it, because it is theirs too', async () => {
    const r = await rig(unhurried)
    await r.kubectlStdin('alice', before, 'apply', '--server-side', '--field-manager=other')
    await adopt(r)
    await r.deliver([deployment('web')])
    const after = await r.live('deployment', 'web')
    expect(after.spec).toMatchObject({ minReadySeconds: 7, revisionHistoryLimit: 3 })
    expect(after.metadata.managedFields?.map(({ manager }) => manager).sort()).toEqual(['evenkeel', 'other'])
  })
})
