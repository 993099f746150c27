import { createServer } from 'node:net'
import { demoFailure } from './failure.ts'

/** The wanted port of loopback, or any that is free. Throws `port-taken` when something else listens on the wanted one. */
export async function freePort(wanted = 0): Promise<number> {
  const server = createServer()
  try {
    return await new Promise<number>((resolve, reject) => {
      server.once('error', reject)
      server.listen(wanted, '127.0.0.1', () => {
        const address = server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : wanted)
      })
    })
  } catch (error) {
    throw demoFailure('port-taken', `port ${wanted}: the demo cannot serve there: something else listens`, {
      cause: error,
      hint: 'name another one with --port, or none to take any that is free',
    })
  } finally {
    await new Promise((done) => server.close(done))
  }
}
