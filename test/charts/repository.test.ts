import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { publish, redirectTo } from './chart-server.ts'
import { ChartRig, failureOf, textOf } from './opened-charts.ts'
import { packChart, sha256 } from './pack-chart.ts'

let rig: ChartRig

beforeEach(() => {
  rig = new ChartRig()
})

afterEach(() => rig.close())

const versions = ['1.0.0', '1.2.0', '1.10.1', '2.0.0-rc.1'].map((version) => ({ name: 'web', version }))

describe('a repository with an index', () => {
  test('gives the files of a chart by an exact version, with its digest', async () => {
    const server = await rig.serve()
    const archives = publish(server, versions)
    const chart = await rig
      .open([server])
      .fetchChart({ repository: server.url, name: 'web', version: '1.2.0' })
    expect(chart).toMatchObject({
      name: 'web',
      version: '1.2.0',
      digest: `sha256:${sha256(archives.get('web-1.2.0') ?? '')}`,
    })
    expect(textOf(chart.files, 'values.yaml')).toBe('replicas: 1\n')
  })

  test.each([
    ['^1', '1.10.1'],
    ['~1.2', '1.2.0'],
    ['', '1.10.1'],
    ['>=1.0.0, <1.5.0', '1.2.0'],
    ['>=1.0.0-0', '2.0.0-rc.1'],
  ])('chooses of the range %j the version %s, as Helm does', async (range, wanted) => {
    const server = await rig.serve()
    publish(server, versions)
    const chart = await rig
      .open([server])
      .fetchChart({ repository: `${server.url}/`, name: 'web', version: range })
    expect(chart.version).toBe(wanted)
  })

  test('names the chart that it does not list, and the version that no chart has', async () => {
    const server = await rig.serve()
    publish(server, versions)
    const charts = rig.open([server])
    const ask = (name: string, version: string) =>
      charts.fetchChart({ repository: server.url, name, version })
    expect(await failureOf(ask('wed', '^1'))).toMatchObject({
      code: 'not-found',
      subject: `chart wed of ${server.url}`,
    })
    expect(await failureOf(ask('web', '^3'))).toMatchObject({ code: 'no-version', hint: 'there is 1.10.1' })
    expect(await failureOf(ask('__proto__', '^3'))).toMatchObject({ code: 'invalid-url' })
    expect(await failureOf(ask('constructor', '^3'))).toMatchObject({ code: 'not-found' })
  })

  test('is read also where its index has another form than the one that Helm writes', async () => {
    const server = await rig.serve()
    const archive = packChart({ name: 'web', version: '1.0.0' })
    const entry = { version: '1.0.0', urls: ['packed/w.tgz'], digest: sha256(archive) }
    server.answers.set('/charts/index.yaml', JSON.stringify({ apiVersion: 'v1', entries: { web: [entry] } }))
    server.answers.set('/charts/packed/w.tgz', archive)
    const request = { repository: `${server.url}/charts`, name: 'web', version: '1.0.0' }
    expect(await rig.open([server]).fetchChart(request)).toMatchObject({ version: '1.0.0' })
  })

  test('is asked with TLS, and an authority that is not known is not trusted (row 21)', async () => {
    const server = await rig.serve({ tls: ['127.0.0.1'] })
    publish(server, versions)
    const request = { repository: server.url, name: 'web', version: '1.2.0' }
    expect(await failureOf(rig.open([server]).fetchChart(request))).toMatchObject({ code: 'tls' })
    const caFile = rig.write('ca.pem', server.authority ?? '')
    expect(await rig.open([server], { caFile }).fetchChart(request)).toMatchObject({ version: '1.2.0' })
  })

  test('is not spoken to without TLS unless its host is listed for it', async () => {
    const server = await rig.serve()
    const charts = rig.open([server], { plainHttp: [] })
    const request = { repository: server.url, name: 'web', version: '1' }
    expect(await failureOf(charts.fetchChart(request))).toMatchObject({ code: 'invalid-url' })
    expect(server.requests).toEqual([])
  })
})

describe('a digest', () => {
  test('that is kept is answered without asking anybody, also by the next process', async () => {
    const server = await rig.serve()
    publish(server, versions)
    const request = { repository: server.url, name: 'web', version: '^1' }
    const { digest } = await rig.open([server]).fetchChart(request)
    const asked = server.requests.length
    const again = await rig.open([server]).fetchChart({ ...request, digest })
    expect(again).toMatchObject({ version: '1.10.1', digest })
    expect(server.requests).toHaveLength(asked)
    const other = rig.open([server]).fetchChart({ ...request, version: '^2', digest })
    expect(await failureOf(other)).toMatchObject({ code: 'no-version' })
  })

  test('that differs fails closed: the one of the request, and the one of the index (row 50)', async () => {
    const server = await rig.serve()
    publish(server, versions)
    const charts = rig.open([server])
    const request = { repository: server.url, name: 'web', version: '1.2.0' }
    const wrong = `sha256:${'0'.repeat(64)}`
    expect(await failureOf(charts.fetchChart({ ...request, digest: wrong }))).toMatchObject({
      code: 'wrong-digest',
    })
    expect(await failureOf(charts.fetchChart({ ...request, digest: 'latest' }))).toMatchObject({
      code: 'wrong-digest',
    })
    server.answers.set('/web-1.2.0.tgz', packChart({ name: 'web', version: '1.2.0', files: { evil: 'x' } }))
    expect(await failureOf(charts.fetchChart(request))).toMatchObject({ code: 'wrong-digest' })
  })

  test('of an archive that calls itself another chart or version is refused', async () => {
    const server = await rig.serve()
    const archive = packChart({ name: 'other', version: '1.0.0' })
    server.answers.set('/index.yaml', 'entries:\n  web:\n  - version: 1.0.0\n    urls: [w.tgz]\n')
    server.answers.set('/w.tgz', archive)
    const request = { repository: server.url, name: 'web', version: '1.0.0' }
    expect(await failureOf(rig.open([server]).fetchChart(request))).toMatchObject({ code: 'wrong-digest' })
  })
})

describe('row 16: credentials', () => {
  const secret = 'canary-password-1'
  const basic = `Basic ${Buffer.from(`bob:${secret}`).toString('base64')}`
  const credential = (origin: string) => ({
    name: 'charts',
    origin,
    read: async () => ({ kind: 'password', username: 'bob', password: secret }) as const,
  })

  test('go to the exact origin that they are listed for', async () => {
    const server = await rig.serve()
    publish(server, versions)
    const charts = rig.open([server], { credentials: [credential(server.url)] })
    await charts.fetchChart({ repository: server.url, name: 'web', version: '1.2.0' })
    expect(server.requests).toEqual([`/index.yaml ${basic}`, `/web-1.2.0.tgz ${basic}`])
  })

  test('do not follow a redirect, nor an address in the index, to another origin', async () => {
    const [server, other] = [await rig.serve(), await rig.serve()]
    const archives = publish(server, versions)
    for (const [name, archive] of archives) other.answers.set(`/${name}.tgz`, archive)
    server.answers.set('/web-1.2.0.tgz', redirectTo(`${other.url}/web-1.2.0.tgz`))
    const digest = sha256(archives.get('web-1.0.0') ?? '')
    const charts = rig.open([server, other], { credentials: [credential(server.url)] })
    await charts.fetchChart({ repository: server.url, name: 'web', version: '1.2.0' })
    server.answers.set(
      '/index.yaml',
      `entries:\n  web:\n  - version: 1.0.0\n    digest: ${digest}\n    urls: ["${other.url}/web-1.0.0.tgz"]\n`,
    )
    await charts.fetchChart({ repository: server.url, name: 'web', version: '1.0.0' })
    expect(other.requests).toEqual(['/web-1.2.0.tgz -', '/web-1.0.0.tgz -'])
  })

  test('come back neither in a refusal nor in a message about an address with a password (row 47)', async () => {
    const server = await rig.serve()
    server.answers.set('/index.yaml', (_, response) => response.writeHead(401).end(secret))
    const charts = rig.open([server], { credentials: [credential(server.url)] })
    const refused = await failureOf(charts.fetchChart({ repository: server.url, name: 'web', version: '1' }))
    expect(refused).toMatchObject({ code: 'denied' })
    const inUrl = `http://bob:${secret}@${server.host}/?token=${secret}`
    const malformed = await failureOf(charts.fetchChart({ repository: inUrl, name: 'web', version: '1' }))
    expect(malformed).toMatchObject({ code: 'invalid-url' })
    for (const failure of [refused, malformed]) {
      const { message, subject, hint } = failure as { message: string; subject: string; hint: string }
      expect(`${message}${subject}${hint}`).not.toContain(secret)
    }
  })
})
