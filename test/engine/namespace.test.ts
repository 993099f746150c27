import { expect, test } from 'vitest'
import { describeVersions } from './each-version.ts'
import { configMap } from './manifests.ts'
import { contentOf } from './rig.ts'

describeVersions('the namespace of a bundle', (rig) => {
  test('objects that name none go to the namespace of the bundle, which is made where that is asked for', async () => {
    const r = await rig()
    const own = `${r.namespace}-own`
    // As it is written: the rig itself would give it a namespace.
    const bare = contentOf([configMap('bare')])
    r.declareContent(bare, { namespace: own, createNamespace: true })
    await r.until('the bundle is applied', () => {
      const { phase, desired } = r.bundleReport() ?? {}
      return phase === 'applied' && desired?.variant === bare.variant
    })
    const get = async (namespace: string): Promise<string> =>
      await r.server.mustKubectl('admin', [
        'get',
        'cm',
        '-n',
        namespace,
        '-o',
        'name',
        '-l',
        'evenkeel.dev/bundle',
      ])
    expect((await get(own)).trim()).toBe('configmap/bare')
    await r.server.mustKubectl('bob', ['patch', 'cm', 'bare', '-n', own, '-p', '{"data":{"a":"9"}}'])
    await r.until('it is healed there', () => r.events.some(({ type }) => type === 'healed'))
    // The same rendering for another namespace is other objects: that all of the old ones go needs a word.
    r.declareContent(bare, { namespace: r.namespace })
    const plan = await r.until('the removal waits', async () =>
      (await r.plans()).find(({ state }) => state === 'waiting'),
    )
    expect(plan.plan.items).toMatchObject([{ action: 'delete', ref: { namespace: own, name: 'bare' } }])
    expect((await get(own)).trim()).toBe('configmap/bare')
    await r.decide(plan.plan.id, 'approved')
    await r.until('it has moved', async () => (await get(own)).trim() === '')
    expect((await get(r.namespace)).trim()).toBe('configmap/bare')
    await r.server.mustKubectl('admin', ['delete', 'namespace', own, '--wait=false'])
  })
})
