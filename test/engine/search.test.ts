import { expect, test } from 'vitest'
import { describeVersions } from './each-version.ts'

/** Nothing is healed while a test looks. */
const later = { healAfter: { people: 3_600_000, others: 3_600_000 } }

describeVersions('what objects are found by', (rig) => {
  test('is told when they are applied, when somebody changes them, and when they are gone', async () => {
    const r = await rig()
    const key = `apps/Deployment/${r.namespace}/web`
    const labels = { app: 'web' }
    const deployment = (image: string) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: r.namespace, labels: { team: 'checkout' } },
      spec: {
        replicas: 3,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'web', image }] } },
      },
    })
    await r.deliver([deployment('corp/web:1')], later)
    const first = r.projection(key)
    expect(first).toMatchObject({
      images: ['corp/web:1'],
      numbers: { replicas: 3, containers: 1 },
      labels: { team: 'checkout' },
    })
    await r.kubectl('admin', 'scale', 'deployment/web', '--replicas=7')
    await r.until('the change is told', () => r.projection(key)?.numbers.replicas === 7)
    await r.deliver([deployment('corp/web:2')], later)
    await r.until('the new image is told', () => r.projection(key)?.images[0] === 'corp/web:2')
    await r.kubectl('admin', 'delete', 'deployment/web')
    await r.until('it is told that it is gone', () => r.projection(key) === undefined)
  })

  test('is not told again by what changes nothing of it', async () => {
    const r = await rig()
    const key = `/ConfigMap/${r.namespace}/settings`
    const settings = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: r.namespace },
      data: { a: '1' },
    }
    await r.deliver([settings], later)
    const told = r.projection(key)
    await r.kubectl('admin', 'annotate', 'configmap/settings', 'note=x')
    await r.kubectl('admin', 'patch', 'configmap/settings', '-p', '{"data":{"a":"2"}}')
    await r.until('the difference is seen', () => r.open().length > 0)
    expect(r.projection(key)).toBe(told)
    expect(JSON.stringify(told)).not.toContain('"2"')
  })
})
