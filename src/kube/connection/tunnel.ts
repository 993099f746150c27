import { once } from 'node:events'
import { request } from 'node:http'
import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { KubeFailure } from '../failure.ts'

/** Opens a TCP connection; rejects with the system's error, or when `signal` aborts. */
export async function connectTcp(
  host: string,
  port: number,
  signal: AbortSignal,
  lookup?: LookupFunction,
): Promise<Socket> {
  const socket = connect({ host, port, ...(lookup === undefined ? {} : { lookup }) })
  try {
    await once(socket, 'connect', { signal })
    // Between here and its next owner nobody listens, and an error without a listener ends the process.
    socket.on('error', () => {})
  } catch (error) {
    socket.on('error', () => {})
    socket.destroy()
    throw error
  }
  socket.setNoDelay(true)
  socket.setKeepAlive(true, 30_000)
  return socket
}

/**
 * A connection to `host:port` through a proxy: `http`, `https` (CONNECT, with Basic authentication from the URL) or
 * `socks5`. Rejects with a Failure that names the proxy but never its user or password.
 */
export async function tunnelThrough(
  proxy: URL,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<Socket> {
  try {
    if (proxy.protocol === 'socks5:' || proxy.protocol === 'socks5h:') {
      return await throughSocks(proxy, host, port, signal)
    }
    return await throughConnect(proxy, host, port, signal)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new KubeFailure(
      'unreachable',
      `proxy ${proxy.host}: cannot open a tunnel to ${host}:${port}: ${why}`,
      {
        cause: error,
        retryable: true,
        hint: 'check proxy-url of the kubeconfig, HTTPS_PROXY and NO_PROXY',
      },
    )
  }
}

async function openProxy(proxy: URL, fallbackPort: number, signal: AbortSignal): Promise<Socket> {
  const host = proxy.hostname.replace(/^\[|\]$/g, '')
  const tcp = await connectTcp(host, proxy.port === '' ? fallbackPort : Number(proxy.port), signal)
  if (proxy.protocol !== 'https:') return tcp
  const socket = tlsConnect({ socket: tcp, host, servername: isIP(host) === 0 ? host : '' })
  try {
    await once(socket, 'secureConnect', { signal })
  } catch (error) {
    tcp.destroy()
    throw error
  }
  return socket
}

async function throughConnect(proxy: URL, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const open = await openProxy(proxy, proxy.protocol === 'https:' ? 443 : 80, signal)
  const target = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      open.destroy()
      reject(error)
    }
    const asked = request({
      method: 'CONNECT',
      path: target,
      signal,
      createConnection: () => open,
      headers: { host: target, ...proxyAuthorization(proxy) },
    })
    asked.on('connect', (answer, socket, head) => {
      if (answer.statusCode !== 200) {
        fail(new Error(`it answered ${answer.statusCode}`))
        return
      }
      if (head.length > 0) socket.unshift(head)
      resolve(open)
    })
    asked.on('response', (answer) => fail(new Error(`it answered ${answer.statusCode}`)))
    asked.on('error', fail)
    asked.end()
  })
}

function proxyAuthorization(proxy: URL): { 'proxy-authorization'?: string } {
  if (proxy.username === '') return {}
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}

/** SOCKS version 5 with no or password authentication (RFC 1928, RFC 1929); the proxy resolves names. */
async function throughSocks(proxy: URL, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = await openProxy(proxy, 1080, signal)
  const read = reader(socket, signal)
  try {
    const user = Buffer.from(decodeURIComponent(proxy.username))
    const password = Buffer.from(decodeURIComponent(proxy.password))
    const method = user.length > 0 ? 2 : 0
    socket.write(Buffer.from([5, 1, method]))
    if ((await read(2))[1] !== method) throw new Error('it refuses our way of authentication')
    if (method === 2) {
      socket.write(
        Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([password.length]), password]),
      )
      if ((await read(2))[1] !== 0) throw new Error('it refuses the user')
    }
    const name = Buffer.from(host)
    const address = Buffer.concat([
      Buffer.from([5, 1, 0, 3, name.length]),
      name,
      Buffer.from([port >> 8, port & 255]),
    ])
    socket.write(address)
    const answer = await read(4)
    if (answer[1] !== 0) throw new Error(`it answered ${answer[1]}`)
    const rest = answer[3] === 1 ? 4 : answer[3] === 4 ? 16 : ((await read(1))[0] ?? 0)
    await read(rest + 2)
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** Reads exact numbers of bytes from a paused socket, leaving what follows in it. */
function reader(socket: Socket, signal: AbortSignal): (count: number) => Promise<Buffer> {
  return async (count) => {
    for (;;) {
      const bytes: unknown = socket.read(count)
      if (Buffer.isBuffer(bytes) && bytes.length === count) return bytes
      if (socket.destroyed || socket.readableEnded) throw new Error('it closed the connection')
      await Promise.race([once(socket, 'readable', { signal }), once(socket, 'end', { signal })])
    }
  }
}
