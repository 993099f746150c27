import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeCertificate } from '../../../test/faults/certificate.ts'
import { clientOf } from '../../../test/faults/scripted-client.ts'
import { ScriptedServer } from '../../../test/faults/scripted-server.ts'
import { ClusterClient, connectionOf, type KubeFailure, loadKubeconfig } from '../index.ts'

let server: ScriptedServer
const closers: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  server = await ScriptedServer.start()
  server.script((_request, answer) => answer.json({ major: '1', minor: '36', gitVersion: 'v1.36.3' }))
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  await server.stop()
})

async function ask(user: object = {}, cluster: object = {}): Promise<string> {
  const client = await clientOf(server.kubeconfig(user, cluster))
  closers.push(() => client.close())
  return (await client.version()).gitVersion
}

function failing(work: Promise<unknown>): Promise<KubeFailure> {
  return work.then(
    () => {
      throw new Error('it worked')
    },
    (error: unknown) => error as KubeFailure,
  )
}

function inBase64(text: string): string {
  return Buffer.from(text).toString('base64')
}

async function listen(listener: Server | ReturnType<typeof createServer>): Promise<number> {
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  return port
}

describe('safety 21: the certificate of the server', () => {
  test('of another authority is refused', async () => {
    const other = makeCertificate({ name: 'other' })
    const failure = await failing(ask({}, { 'certificate-authority-data': inBase64(other.certPem) }))
    expect(failure.code).toBe('tls')
    expect(failure.message).toContain('scripted: cannot trust 127.0.0.1')
  })

  test('for another name is refused, and accepted under the name that the kubeconfig gives', async () => {
    const authority = makeCertificate({ name: 'authority' })
    const certificate = makeCertificate({ name: 'api', hosts: ['api.other.test'], issuer: authority })
    await server.stop()
    server = await ScriptedServer.start({ authority, certificate })
    server.script((_request, answer) => answer.json({ major: '1', minor: '36', gitVersion: 'v1.36.3' }))
    expect((await failing(ask())).code).toBe('tls')
    expect(await ask({}, { 'tls-server-name': 'api.other.test' })).toBe('v1.36.3')
    const none = { 'certificate-authority-data': undefined }
    expect((await failing(ask({}, none))).code).toBe('tls')
    expect(await ask({}, { ...none, 'insecure-skip-tls-verify': true })).toBe('v1.36.3')
  })

  test('that has expired is refused', async () => {
    const authority = makeCertificate({ name: 'authority' })
    const past = new Date('2021-01-01T00:00:00Z')
    const certificate = makeCertificate({
      name: 'api',
      hosts: ['127.0.0.1'],
      issuer: authority,
      notAfter: past,
    })
    await server.stop()
    server = await ScriptedServer.start({ authority, certificate })
    expect((await failing(ask())).message).toContain('certificate has expired')
  })
})

test('a server that does not listen is unreachable', async () => {
  const kubeconfig = server.kubeconfig()
  const { port } = server
  await server.stop()
  const client = await clientOf(kubeconfig)
  closers.push(() => client.close())
  const failure = await failing(client.version())
  expect(failure).toMatchObject({ code: 'unreachable', retryable: true })
  expect(failure.message).toBe(
    `scripted: cannot reach 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`,
  )
  server = await ScriptedServer.start()
})

test('a server that speaks something else is told so', async () => {
  const other = createTcpServer((socket) => {
    socket.on('error', () => {})
    socket.end('SSH-2.0-OpenSSH_9.2\r\n')
  })
  const port = await listen(other)
  closers.push(async () => other.close())
  expect(['tls', 'unreachable']).toContain(
    (await failing(ask({}, { server: `https://127.0.0.1:${port}` }))).code,
  )
})

test('the client certificate goes with the connection', async () => {
  const client = makeCertificate({ name: 'me', issuer: server.authority })
  const user = {
    'client-certificate-data': inBase64(client.certPem),
    'client-key-data': inBase64(client.keyPem),
  }
  let subject: unknown
  server.script((request, answer) => {
    subject = request.clientName
    answer.json({ major: '1', minor: '36', gitVersion: 'v1.36.3' })
  })
  await ask(user)
  expect(subject).toBe('me')
})

describe('a proxy', () => {
  /** An HTTP proxy that knows CONNECT, and keeps what it was asked. */
  async function startProxy(): Promise<{ port: number; asked: string[] }> {
    const asked: string[] = []
    const proxy = createServer((_request, response) => response.writeHead(405).end())
    proxy.on('connect', (request, socket, head) => {
      asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim())
      if (request.headers['proxy-authorization'] === 'Basic bm86bm8=') {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
        return
      }
      const far = connect(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        far.write(head)
        far.pipe(socket).pipe(far)
      })
      for (const one of [socket, far]) one.on('error', () => far.destroy())
    })
    const port = await listen(proxy)
    closers.push(async () => proxy.close())
    return { port, asked }
  }

  test('is passed by CONNECT with its user, and the TLS connection goes through to the server', async () => {
    const { port, asked } = await startProxy()
    expect(await ask({}, { 'proxy-url': `http://me:p%40ss@127.0.0.1:${port}` })).toBe('v1.36.3')
    expect(asked).toEqual([`127.0.0.1:${server.port} Basic ${inBase64('me:p@ss')}`])
  })

  test('that refuses is named without its password', async () => {
    const { port } = await startProxy()
    const failure = await failing(ask({}, { 'proxy-url': `http://no:no@127.0.0.1:${port}` }))
    expect(failure.message).toBe(
      `proxy 127.0.0.1:${port}: cannot open a tunnel to 127.0.0.1:${server.port}: it answered 407`,
    )
  })

  test('may be SOCKS 5 with a password', async () => {
    const seen: string[] = []
    const proxy = createTcpServer((socket) => {
      socket.on('error', () => {})
      void (async () => {
        const next = async (): Promise<Buffer> => ((await once(socket, 'data')) as [Buffer])[0]
        seen.push((await next()).toString('hex'))
        socket.write(Buffer.from([5, 2]))
        seen.push((await next()).toString('latin1'))
        socket.write(Buffer.from([1, 0]))
        seen.push((await next()).toString('latin1').slice(5, -2))
        const far = connect(server.port, '127.0.0.1', () => {
          socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
          far.pipe(socket).pipe(far)
        })
        far.on('error', () => socket.destroy())
      })()
    })
    const port = await listen(proxy)
    closers.push(async () => proxy.close())
    const cluster = {
      'proxy-url': `socks5://me:pw@127.0.0.1:${port}`,
      server: `https://api.test:${server.port}`,
    }
    expect(await ask({}, cluster)).toBe('v1.36.3')
    expect(seen).toEqual(['050102', '\u0001\u0002me\u0002pw', 'api.test'])
  })
})

describe('safety 15: a foreign connection', () => {
  async function askForeign(address: string, hosts: string[] = []): Promise<string> {
    const text = server.kubeconfig({ token: 't' }, { server: address })
    const loaded = await loadKubeconfig({ text })
    const connection = connectionOf(loaded, undefined, {
      trust: 'foreign',
      environment: {},
      allow: { hosts },
    })
    const client = new ClusterClient(connection)
    closers.push(() => client.close())
    return (await client.version()).gitVersion
  }

  test('is refused when its name resolves to this machine, before a byte is sent', async () => {
    // A name that only the resolver maps to loopback, as a name in DNS may: the check of the text cannot know it.
    const named = Object.defineProperty(new URL(server.url), 'hostname', { value: '127.1' })
    const loaded = await loadKubeconfig({
      text: server.kubeconfig({}, { server: 'https://api.example.com' }),
    })
    const connection = connectionOf(loaded, undefined, { trust: 'foreign', environment: {} })
    const client = new ClusterClient({ ...connection, server: named })
    closers.push(() => client.close())
    const failure = await failing(client.version())
    expect(failure.code).toBe('refused-kubeconfig')
    expect(failure.message).toContain('127.1: it is a loopback address')
    expect(server.connections).toBe(0)
  })

  test('is let through where the hub allows the host', async () => {
    expect(await askForeign(server.url, ['127.0.0.1'])).toBe('v1.36.3')
  })

  test('follows no redirect', async () => {
    server.script((_request, answer) => answer.text('', 302))
    const failure = await failing(askForeign(server.url, ['127.0.0.1']))
    expect(failure.code).toBe('bad-answer')
    expect(server.requests).toHaveLength(1)
  })
})
