import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { OpenChartsOptions } from '../../src/charts/index.ts'
import { publish } from './chart-server.ts'
import { ChartRig, failureOf } from './opened-charts.ts'

let rig: ChartRig

beforeEach(() => {
  rig = new ChartRig()
})

afterEach(() => rig.close())

/** A proxy that opens tunnels, and remembers where to and for whom. */
async function startProxy(): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const server: Server = createServer()
  server.on('connect', (request, socket, head) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? '-'}`)
    const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(request.url ?? '') ?? []
    const through = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      through.write(head)
      through.pipe(socket).pipe(through)
    })
    through.on('error', () => undefined).on('close', () => socket.destroy())
    socket.on('error', () => undefined).on('close', () => through.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  rig.add({
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  return { url: `http://user:word@127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

// An address of this machine that is not loopback, which is never asked through a proxy.
const own = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address

const lookup = ((_name: string, _options: unknown, callback: (error: null, found: object[]) => void) =>
  callback(null, [{ address: own, family: 4 }])) as unknown as NonNullable<OpenChartsOptions['lookup']>

// Needs an address of this machine that is not loopback; some containers have none.
test.skipIf(own === undefined)(
  'row 15: behind a proxy the address that was checked is what the proxy is asked for',
  async () => {
    const server = await rig.serve({ address: own ?? '', tls: ['charts.example.com'] })
    publish(server, [{ name: 'web', version: '1.0.0' }])
    const proxy = await startProxy()
    const host = `charts.example.com:${server.port}`
    const request = { repository: `https://${host}`, name: 'web', version: '1.0.0' }
    const caFile = rig.write('ca.pem', server.authority ?? '')
    const options = { allowedHosts: [host], caFile, lookup }
    const proxies = { HTTPS_PROXY: proxy.url }
    expect(await rig.open([], { ...options, proxies }).fetchChart(request)).toMatchObject({
      version: '1.0.0',
    })
    const basic = `Basic ${Buffer.from('user:word').toString('base64')}`
    expect(proxy.asked).toEqual(server.requests.map(() => `${own}:${server.port} ${basic}`))
    const not = { ...proxies, NO_PROXY: 'charts.example.com' }
    await rig.open([], { ...options, proxies: not }).fetchChart(request)
    expect(proxy.asked).toHaveLength(2)
  },
)

// Needs an address of this machine that is not loopback; some containers have none.
test.skipIf(own === undefined)(
  'a proxy that cannot be reached or is of another kind is said, without its password',
  async () => {
    const host = 'charts.example.com'
    const request = { repository: `https://${host}`, name: 'web', version: '1.0.0' }
    for (const url of ['http://user:canary-word@127.0.0.1:1', 'socks5://user:canary-word@127.0.0.1:1']) {
      const charts = rig.open([], { allowedHosts: [host], lookup, proxies: { HTTPS_PROXY: url } })
      const failed = await failureOf(charts.fetchChart(request))
      expect(failed).toMatchObject({ code: 'unreachable' })
      expect(String(failed)).not.toContain('canary-word')
    }
  },
)
