import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/**
 * A proxy between a client and one address that knows nothing but TCP, for faults of the network: connections that
 * are cut, that fall silent while both ends think them open, or that are slow.
 */
export interface TcpProxy {
  readonly port: number
  /** Connections that are open now. */
  readonly open: number
  /** Connections that were ever accepted. */
  readonly accepted: number
  /** Bytes that ever came from the client. */
  readonly received: number
  /** Leads new connections to another port; those that are open stay where they are. */
  aim(port: number): void
  /** Resets every open connection. */
  cut(): void
  /** From now on nothing passes on the open connections, and nobody is told: half-open. New ones work. */
  freezeOpen(): void
  /** The same for new connections too, until `thaw`. */
  freeze(): void
  /** Passes what was held back, and everything after it. */
  thaw(): void
  /** Holds each chunk back for so long. */
  delay(ms: number): void
  /** Refuses new connections, until `accept`. */
  refuse(): Promise<void>
  accept(): Promise<void>
  stop(): Promise<void>
}

interface Pair {
  readonly sockets: readonly [Socket, Socket]
  frozen: boolean
  readonly held: (() => void)[]
}

/** Starts a proxy on loopback in front of `host:port`. */
export async function startTcpProxy(target: {
  readonly host?: string
  readonly port: number
}): Promise<TcpProxy> {
  const pairs = new Set<Pair>()
  let accepted = 0
  let received = 0
  let delayMs = 0
  let frozen = false
  let aim = target.port
  let server = listener()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  function listener(): Server {
    return createServer((client) => {
      accepted += 1
      const far = connect(aim, target.host ?? '127.0.0.1')
      const pair: Pair = { sockets: [client, far], frozen, held: [] }
      pairs.add(pair)
      client.on('data', (chunk: Buffer) => {
        received += chunk.length
      })
      forward(pair, client, far)
      forward(pair, far, client)
      const close = (): void => {
        // A frozen connection keeps even its end to itself.
        pass(pair, () => {
          pairs.delete(pair)
          client.destroy()
          far.destroy()
        })
      }
      for (const socket of pair.sockets) socket.on('close', close).on('error', close)
    })
  }

  function forward(pair: Pair, from: Socket, to: Socket): void {
    from.on('data', (chunk: Buffer) => pass(pair, () => to.write(chunk)))
    from.on('end', () => pass(pair, () => to.end()))
  }

  function pass(pair: Pair, action: () => void): void {
    if (pair.frozen) pair.held.push(action)
    else if (delayMs > 0) setTimeout(action, delayMs)
    else action()
  }

  const freezeOpen = (): void => {
    for (const pair of pairs) pair.frozen = true
  }
  const cut = (): void => {
    for (const { sockets } of pairs) for (const socket of sockets) socket.resetAndDestroy()
    pairs.clear()
  }
  const refuse = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    cut()
    await closed
  }
  return {
    port,
    get open() {
      return pairs.size
    },
    get accepted() {
      return accepted
    },
    get received() {
      return received
    },
    aim(to) {
      aim = to
    },
    cut,
    freezeOpen,
    freeze() {
      frozen = true
      freezeOpen()
    },
    thaw() {
      frozen = false
      for (const pair of pairs) {
        pair.frozen = false
        for (const action of pair.held.splice(0)) action()
      }
    },
    delay(ms) {
      delayMs = ms
    },
    refuse,
    async accept() {
      server = listener()
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    stop: refuse,
  }
}
