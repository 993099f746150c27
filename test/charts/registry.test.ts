import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ChartRig, failureOf, textOf } from './opened-charts.ts'
import { packChart, sha256 } from './pack-chart.ts'
import { redirectTo } from './chart-server.ts'
import {
  basicHeader,
  type Registry,
  registryPassword,
  registryUser,
  startRegistry,
} from './registry-server.ts'

let rig: ChartRig

beforeEach(() => {
  rig = new ChartRig()
})

afterEach(() => rig.close())

async function started(access: Parameters<typeof startRegistry>[0] = 'anonymous'): Promise<Registry> {
  const registry = await startRegistry(access)
  rig.add(registry)
  return registry
}

function open(registry: Registry, more: Parameters<ChartRig['open']>[1] = {}) {
  const hosts = [registry.host, ...(registry.tokens === undefined ? [] : [registry.tokens.host])]
  return rig.open([], { allowedHosts: hosts, plainHttp: hosts, ...more })
}

const credential = (origin: string) => ({
  name: 'registry',
  origin,
  read: async () => ({ kind: 'password', username: registryUser, password: registryPassword }) as const,
})

describe('a registry of the distribution project', () => {
  test('gives a chart by its version, by a range of its tags, and by its digest without being asked', async () => {
    const registry = await started()
    const specs = ['1.0.0', '1.2.0+build.5', '2.0.0-rc.1'].map((version) => ({ name: 'web', version }))
    const manifests: string[] = []
    for (const spec of specs) manifests.push(await registry.push('team/charts/web', spec))
    const charts = open(registry)
    const at = { repository: `oci://${registry.host}/team/charts`, name: 'web' }
    const exact = await charts.fetchChart({ ...at, version: '1.0.0' })
    expect(exact).toMatchObject({
      version: '1.0.0',
      digest: `sha256:${sha256(packChart({ name: 'web', version: '1.0.0' }))}`,
    })
    expect(textOf(exact.files, 'values.yaml')).toBe('replicas: 1\n')
    const newest = await charts.fetchChart({ ...at, version: '^1' })
    expect(newest.version).toBe('1.2.0+build.5')
    const pinned = { ...at, version: '^1', digest: manifests[1] ?? '' }
    await charts.fetchChart(pinned)
    await registry.close()
    expect(await charts.fetchChart(pinned)).toMatchObject({ version: '1.2.0+build.5' })
    expect(await charts.fetchChart({ ...at, version: '1.0.0', digest: exact.digest })).toEqual(exact)
    expect(await failureOf(charts.fetchChart({ ...at, version: '1.0.0' }))).toMatchObject({
      code: 'unreachable',
      retryable: true,
    })
  })

  test('a tag that points elsewhere than the digest that was named fails closed (row 50)', async () => {
    const registry = await started()
    const first = await registry.push('web', { name: 'web', version: '1.0.0' })
    const charts = open(registry)
    const at = { repository: `oci://${registry.host}`, name: 'web', version: '1.0.0' }
    await registry.push('web', { name: 'web', version: '1.0.0', files: { evil: 'x' } })
    expect(await failureOf(charts.fetchChart({ ...at, digest: first }))).toMatchObject({
      code: 'wrong-digest',
    })
  })

  test('what is not there, and what is no chart, is told apart', async () => {
    const registry = await started()
    await registry.push('web', { name: 'web', version: '1.0.0' })
    await registry.push(
      'image',
      { name: 'image', version: '1.0.0' },
      { configType: 'application/vnd.oci.image.config.v1+json' },
    )
    await registry.push('other', { name: 'other', version: '1.0.0' }, { chartType: 'application/x-tar' })
    await registry.push('liar', { name: 'somebody', version: '1.0.0' })
    const charts = open(registry)
    const ask = (name: string, version: string) =>
      failureOf(charts.fetchChart({ repository: `oci://${registry.host}`, name, version }))
    expect(await ask('web', '1.0.1')).toMatchObject({ code: 'no-version' })
    expect(await ask('web', '^2')).toMatchObject({ code: 'no-version', hint: 'there is 1.0.0' })
    expect(await ask('nothing', '^2')).toMatchObject({ code: 'not-found' })
    expect(await ask('image', '1.0.0')).toMatchObject({ code: 'bad-answer' })
    expect(await ask('other', '1.0.0')).toMatchObject({ code: 'bad-answer' })
    expect(await ask('liar', '1.0.0')).toMatchObject({ code: 'wrong-digest' })
  })

  test('a list of tags comes in pages, and ends at a cap', async () => {
    const registry = await started()
    const archive = packChart({ name: 'web', version: '1.0.0' })
    for (const tag of ['1.0.0', '0.9.0', '0.8.0'])
      await registry.push('web', { name: 'web', version: '1.0.0' }, { tag, archive })
    const at = { repository: `oci://${registry.host}`, name: 'web', version: '^1' }
    expect(await failureOf(open(registry, { limits: { tags: 2 } }).fetchChart(at))).toMatchObject({
      code: 'too-large',
    })
    expect(await open(registry).fetchChart(at)).toMatchObject({ version: '1.0.0' })
  })
})

describe('row 16: credentials of a registry', () => {
  test('a password is sent when the registry asks for it, and not to be guessed without one', async () => {
    const registry = await started('basic')
    await registry.push('web', { name: 'web', version: '1.0.0' })
    const at = { repository: `oci://${registry.host}`, name: 'web', version: '^1' }
    expect(await failureOf(open(registry).fetchChart(at))).toMatchObject({ code: 'denied' })
    const charts = open(registry, { credentials: [credential(registry.url)] })
    expect(await charts.fetchChart(at)).toMatchObject({ version: '1.0.0' })
  })

  test('a token is fetched where the registry says, with the credential of exactly that origin', async () => {
    const registry = await started('token')
    await registry.push('web', { name: 'web', version: '1.0.0' })
    const at = { repository: `oci://${registry.host}`, name: 'web', version: '^1' }
    const wrong = open(registry, { credentials: [credential(registry.url)] })
    expect(await failureOf(wrong.fetchChart(at))).toMatchObject({ code: 'denied' })
    expect(registry.tokens?.requests).toEqual(['repository:web:pull -'])
    const right = open(registry, { credentials: [credential(registry.tokens?.url ?? '')] })
    expect(await right.fetchChart(at)).toMatchObject({ version: '1.0.0' })
    expect(registry.tokens?.requests.at(-1)).toBe(`repository:web:pull ${basicHeader()}`)
  })

  test('a place of tokens that is not allowed is not asked (row 15)', async () => {
    const registry = await started('token')
    const only = { allowedHosts: [registry.host], plainHttp: [registry.host] }
    const at = { repository: `oci://${registry.host}`, name: 'web', version: '^1' }
    const credentials = [credential(registry.tokens?.url ?? '')]
    expect(await failureOf(open(registry, { ...only, credentials }).fetchChart(at))).toMatchObject({
      subject: `chart web of oci://${registry.host}`,
      code: 'invalid-url',
    })
    expect(registry.tokens?.requests).toEqual([])
  })

  test('a registry that sends a blob from elsewhere gives neither token nor password away', async () => {
    const [front, store] = [await rig.serve(), await rig.serve()]
    const archive = packChart({ name: 'web', version: '1.0.0' })
    const digest = `sha256:${sha256(archive)}`
    const part = (mediaType: string, body: Buffer | string) => ({
      mediaType,
      digest: `sha256:${sha256(body)}`,
      size: body.length,
    })
    const manifest = {
      schemaVersion: 2,
      config: part('application/vnd.cncf.helm.config.v1+json', '{}'),
      layers: [part('application/vnd.cncf.helm.chart.content.v1.tar+gzip', archive)],
    }
    front.answers.set('/v2/web/manifests/1.0.0', (request, response) => {
      if (request.headers.authorization === basicHeader()) response.end(JSON.stringify(manifest))
      else response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
    })
    front.answers.set(`/v2/web/blobs/${digest}`, redirectTo(`${store.url}/blob?sig=abc`))
    store.answers.set('/blob', archive)
    const charts = rig.open([front, store], { credentials: [credential(front.url)] })
    const at = { repository: `oci://${front.host}`, name: 'web', version: '1.0.0' }
    expect(await charts.fetchChart(at)).toMatchObject({ digest })
    expect(store.requests).toEqual(['/blob -'])
    // A store that then asks for a password itself is not answered.
    store.answers.set('/blob', (_, response) =>
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${store.url}/token"` }).end(),
    )
    const fresh = rig.open([front, store], {
      credentials: [credential(front.url)],
      cacheFolder: `${rig.folder}/2`,
    })
    expect(await failureOf(fresh.fetchChart(at))).toMatchObject({ code: 'denied' })
    expect(store.requests.every((line) => line.endsWith(' -'))).toBe(true)
  })
})

test('names of a registry are names, and nothing else', async () => {
  const charts = rig.open([], { allowedHosts: ['registry.example.com'] })
  for (const repository of [
    'oci://registry.example.com/a/../b',
    'oci://registry.example.com/UPPER',
    'oci://registry.example.com/a:tag',
    'oci://registry.example.com/a@sha256:00',
    'oci://registry.example.com/a?x=y',
    'oci://user:secret@registry.example.com/a',
    'oci:///etc/passwd',
    'docker://registry.example.com/a',
    'ext::sh -c touch',
    '-x',
    '',
  ]) {
    const failed = await failureOf(charts.fetchChart({ repository, name: 'web', version: '1.0.0' }))
    expect([repository, failed]).toMatchObject([repository, { code: 'invalid-url' }])
    expect(String(failed)).not.toContain('secret')
  }
})
