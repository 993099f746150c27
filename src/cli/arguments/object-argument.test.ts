import { describe, expect, test } from 'vitest'
import { objectArgument } from './object-argument.ts'

const context = { namespace: undefined, otherKinds: async () => ['Certificate', 'GatewayPolicy', 'Proxy'] }
const read = (words: string, namespace?: string) =>
  objectArgument(words.split(' '), { ...context, namespace })

const api = { group: 'apps', kind: 'Deployment', namespace: 'checkout', name: 'api' }

describe('an object on the command line', () => {
  test.each([
    ['checkout/deploy/api', undefined],
    ['checkout/Deployment/api', undefined],
    ['checkout/deployments.apps/api', undefined],
    ['deploy/api', 'checkout'],
    ['Deployment checkout/api', undefined],
    ['deploy api', 'checkout'],
    ['checkout/deploy/api', 'checkout'],
  ])('%j with -n %j is Deployment checkout/api', async (words, namespace) => {
    expect(await read(words, namespace)).toEqual(api)
  })

  test('without a namespace leaves it open, and a cluster-scoped kind has none', async () => {
    expect(await read('deploy/api')).toEqual({ ...api, namespace: undefined })
    expect(await read('ns/shop')).toEqual({ group: '', kind: 'Namespace', namespace: '', name: 'shop' })
    expect(await read('clusterrole/admin', 'checkout')).toMatchObject({ namespace: '' })
  })

  test('may be of a kind that only the hub knows, by kind, plural or group', async () => {
    for (const name of ['certificate', 'certificates', 'Certificate']) {
      expect(await read(`shop/${name}/tls`)).toMatchObject({ kind: 'Certificate', group: undefined })
    }
    expect(await read('shop/gatewaypolicies/x')).toMatchObject({ kind: 'GatewayPolicy' })
    expect(await read('shop/proxies/x')).toMatchObject({ kind: 'Proxy' })
    expect(await read('shop/certificates.cert-manager.io/tls')).toMatchObject({
      kind: 'Certificate',
      group: 'cert-manager.io',
    })
    expect(await read('NeverSeen shop/x')).toMatchObject({ kind: 'NeverSeen' })
  })

  test.each([
    ['api', 'not an object'],
    ['a/b/c/d', 'not an object'],
    ['checkout//api', 'not an object'],
    ['/deploy/api', 'not an object'],
    ['deploy checkout/api more', 'not an object'],
    ['deplyo/api', 'not a kind'],
  ])('%j is wrong usage', async (words, message) => {
    await expect(read(words)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message) as string,
    })
  })

  test('names its namespace once', async () => {
    await expect(read('checkout/deploy/api', 'shop')).rejects.toMatchObject({ code: 'usage' })
  })
})
