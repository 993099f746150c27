import { networkInterfaces } from 'node:os'
import type { LookupAddress } from 'node:dns'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OpenChartsOptions } from '../../src/charts/index.ts'
import { FakeClock } from '../../src/runtime/index.ts'
import { waitFor } from '../faults/wait-for.ts'
import { publish, redirectTo } from './chart-server.ts'
import { ChartRig, failureOf } from './opened-charts.ts'

let rig: ChartRig

beforeEach(() => {
  rig = new ChartRig()
})

afterEach(() => rig.close())

const web = { name: 'web', version: '1.0.0' }
const request = (repository: string) => ({ repository, name: 'web', version: '1.0.0' })

describe('row 7: an endless answer ends at a cap', () => {
  test('an index.yaml without end is cut at its size', async () => {
    const server = await rig.serve()
    let closed = false
    server.answers.set('/index.yaml', (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('entries: {}\n'.repeat(1000)));
      }
      response.on('drain', more).on('close', () => (closed = true))
      more()
    })
    const charts = rig.open([server], { limits: { indexBytes: 1024 * 1024 } })
    expect(await failureOf(charts.fetchChart(request(server.url)))).toMatchObject({ code: 'too-large' })
    await waitFor(() => closed)
  })

  test('a declared size is believed before the body is read', async () => {
    const server = await rig.serve()
    server.answers.set('/index.yaml', (_, response) => {
      response.writeHead(200, { 'content-length': 10_000_000_000 })
      response.flushHeaders()
    })
    expect(await failureOf(rig.open([server]).fetchChart(request(server.url)))).toMatchObject({
      code: 'too-large',
    })
  })

  test('a body that trickles is left at its time, however often a byte comes', async () => {
    const server = await rig.serve()
    const clock = new FakeClock()
    let sent = 0
    server.answers.set('/index.yaml', (_, response) => {
      const timer = setInterval(() => {
        response.write('#')
        sent += 1
      }, 5)
      response.on('close', () => clearInterval(timer))
    })
    const charts = rig.open([server], { clock, limits: { answerMs: 60_000 } })
    const failed = failureOf(charts.fetchChart(request(server.url)))
    await waitFor(() => sent > 3)
    await clock.advance(60_000)
    expect(await failed).toMatchObject({ code: 'timeout', retryable: true })
  })

  test('an index of too many values is not built, and neither are aliases upon aliases (row 8)', async () => {
    const server = await rig.serve()
    const charts = rig.open([server], { limits: { indexValues: 1000 } })
    server.answers.set('/index.yaml', `entries:\n  web: [${'a,'.repeat(2000)}]\n`)
    expect(await failureOf(charts.fetchChart(request(server.url)))).toMatchObject({ code: 'too-large' })
    const levels = Array.from({ length: 30 }, (_, level) =>
      level === 0 ? 'l0: &l0 [x]' : `l${level}: &l${level} [${`*l${level - 1},`.repeat(9)}]`,
    )
    server.answers.set('/index.yaml', `${levels.join('\n')}\nentries: {web: *l29}\n`)
    expect(await failureOf(charts.fetchChart(request(server.url)))).toMatchObject({ code: 'bad-answer' })
  })

  test('an index that would have to be parsed whole is refused when it is large, and one of Helm is read in part', async () => {
    const server = await rig.serve()
    const charts = rig.open([server])
    publish(server, [web])
    const index = server.answers.get('/index.yaml') as string
    const others = Array.from(
      { length: 1000 },
      (_, at) => `  other${at}:\n  - version: ${'1'.repeat(10_000)}\n`,
    ).join('')
    server.answers.set('/index.yaml', index.replace('entries:\n', `entries:\n${others}`))
    expect(await charts.fetchChart(request(server.url))).toMatchObject({ version: '1.0.0' })
    server.answers.set('/index.yaml', index.replace('  web:\n', `${others}  "web":\n`))
    expect(await failureOf(charts.fetchChart(request(server.url)))).toMatchObject({ code: 'too-large' })
  })

  test('row 9: keys of an index named __proto__ change no prototype', async () => {
    const server = await rig.serve()
    server.answers.set(
      '/index.yaml',
      '{entries: {__proto__: {polluted: [yes]}, web: [{version: x, __proto__: {a: b}}]}}',
    )
    await failureOf(rig.open([server]).fetchChart(request(server.url)))
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('a ring of redirects ends', async () => {
    const server = await rig.serve()
    server.answers.set('/index.yaml', redirectTo('/index.yaml'))
    expect(await failureOf(rig.open([server]).fetchChart(request(server.url)))).toMatchObject({
      code: 'bad-answer',
    })
    expect(server.requests.length).toBeLessThan(10)
  })

  test('an answer that breaks in the middle is no answer, and errors and HTML are no empty repository', async () => {
    const server = await rig.serve()
    const charts = rig.open([server])
    const cases: readonly (readonly [
      typeof server.answers extends Map<string, infer Value> ? Value : never,
      string,
    ])[] = [
      [(_, response) => response.writeHead(503).end(), 'unreachable'],
      [(_, response) => response.writeHead(429).end(), 'unreachable'],
      ['<html>not here</html>', 'bad-answer'],
      ['', 'bad-answer'],
      [
        (_, response) => {
          response.writeHead(200, { 'content-length': 100 })
          response.write('entries:\n')
          response.socket?.end()
        },
        'unreachable',
      ],
    ]
    for (const [answer, code] of cases) {
      server.answers.set('/index.yaml', answer)
      expect(await failureOf(charts.fetchChart(request(server.url)))).toMatchObject({ code })
    }
  })
})

describe('row 15: no way to addresses of this machine and its surroundings', () => {
  const resolving = (...answers: readonly (readonly string[])[]) => {
    let asked = 0
    const lookup = ((
      _name: string,
      _options: unknown,
      callback: (error: null, found: LookupAddress[]) => void,
    ) => {
      const found = answers[Math.min(asked, answers.length - 1)] ?? []
      asked += 1
      callback(
        null,
        found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    }) as unknown as NonNullable<OpenChartsOptions['lookup']>
    return { lookup, asked: () => asked }
  }

  test.each([
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '127.0.0.1',
    '127.1',
    '0',
    '[::1]',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::169.254.169.254]',
    'localhost',
    'metadata.google.internal',
    '100.100.100.200',
  ])('%s is refused, by https and oci', async (host) => {
    const charts = rig.open([], { allowedHosts: ['*.internal', '*.example.com'] })
    for (const repository of [`https://${host}/charts`, `oci://${host}/charts`]) {
      expect(await failureOf(charts.fetchChart(request(repository)))).toMatchObject({
        code: 'refused-address',
      })
    }
  })

  test('a host that is not listed is not asked', async () => {
    const charts = rig.open([], { allowedHosts: ['charts.example.com', '*.corp.example'] })
    for (const host of [
      'evil.example.com',
      'charts.example.com:8443',
      'charts.example.com.evil.org',
      'corp.example',
      '10.0.0.1',
    ]) {
      expect(await failureOf(charts.fetchChart(request(`https://${host}/`)))).toMatchObject({
        code: 'host-not-allowed',
      })
    }
  })

  test('an allowed name is refused when any of its addresses is one of these', async () => {
    for (const address of ['169.254.169.254', '::ffff:169.254.169.254', '127.0.0.1', 'fe80::1']) {
      const { lookup } = resolving(['192.0.2.7', address])
      const charts = rig.open([], { allowedHosts: ['charts.example.com'], lookup })
      const failed = await failureOf(charts.fetchChart(request('https://charts.example.com/')))
      expect(failed).toMatchObject({ code: 'refused-address' })
    }
  })

  test('a redirect to such an address, to a host that is not listed, or away from TLS is not followed', async () => {
    const [server, other] = [await rig.serve(), await rig.serve()]
    for (const [location, code] of [
      ['http://169.254.169.254/latest/meta-data', 'invalid-url'],
      ['https://169.254.169.254/latest/meta-data', 'refused-address'],
      ['https://[::ffff:127.0.0.1]/', 'refused-address'],
      [`${other.url}/index.yaml`, 'invalid-url'],
      ['https://elsewhere.example.com/', 'host-not-allowed'],
      [`http://user:pass@${server.host}/`, 'invalid-url'],
      ['file:///etc/passwd', 'invalid-url'],
      ['gopher://127.0.0.1/', 'invalid-url'],
    ] as const) {
      server.answers.set('/index.yaml', redirectTo(location))
      expect([location, await failureOf(rig.open([server]).fetchChart(request(server.url)))]).toMatchObject([
        location,
        { code },
      ])
    }
    expect(other.requests).toEqual([])
  })

  // An address of this machine that is not loopback; without one there is nothing to connect to by a name.
  const own = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address

  // Needs an address of this machine that is not loopback; some containers have none.
  test.skipIf(own === undefined)(
    'a name is connected to at the address that was checked, asked once a connection',
    async () => {
      const server = await rig.serve({ address: own ?? '' })
      publish(server, [web])
      const name = `charts.example.com:${server.port}`
      const { lookup, asked } = resolving([own ?? ''])
      const charts = rig.open([], { allowedHosts: [name], plainHttp: [name], lookup })
      await charts.fetchChart(request(`http://${name}`))
      expect(asked()).toBe(server.requests.length)
    },
  )

  // Needs an address of this machine that is not loopback; some containers have none.
  test.skipIf(own === undefined)(
    'a name that changes its mind between two connections is refused at the second',
    async () => {
      const server = await rig.serve({ address: own ?? '' })
      publish(server, [web])
      const name = `charts.example.com:${server.port}`
      const { lookup } = resolving([own ?? ''], ['127.0.0.1'])
      const charts = rig.open([], { allowedHosts: [name], plainHttp: [name], lookup })
      expect(await failureOf(charts.fetchChart(request(`http://${name}`)))).toMatchObject({
        code: 'refused-address',
      })
      expect(server.requests).toEqual(['/index.yaml -'])
    },
  )
})
