import { appendFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AttachedApiServer,
  attachApiServer,
  type EmulatedVersion,
} from '../../tools/kubernetes/index.ts'
import { type StartedSimulator, startSimulator } from './start-simulator.ts'

/** A simulated cluster in the place of a real server: the same users, tokens and kubectl. */
export interface SimulatedServer {
  readonly server: AttachedApiServer
  readonly started: StartedSimulator
  close(): Promise<void>
}

const name = 'sim'

/** Starts a simulated cluster that tests can use as they use a real server. */
export async function simulatedServer(
  version: EmulatedVersion,
  options: Omit<Parameters<typeof startSimulator>[0], 'clusters'> = {},
): Promise<SimulatedServer> {
  const started = await startSimulator({ clusters: [{ name, profile: version }], ...options })
  const { simulator } = started
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-sim-'))
  const url = `${simulator.url}/clusters/${name}`
  const server = await attachApiServer({ version, url, caPem: simulator.certificate, folder })
  for (const user of ['admin', 'alice', 'bob', 'evenkeel'] as const) {
    await writeFile(join(folder, `${user}.kubeconfig`), server.kubeconfig(user), { mode: 0o600 })
  }
  await writeFile(server.auditLog, '')
  simulator.cluster(name).audit.subscribe((event) => {
    // A test server logs writes only.
    if (event.level === 'RequestResponse') appendFileSync(server.auditLog, `${JSON.stringify(event)}\n`)
  })
  return {
    server,
    started,
    async close() {
      await started.close()
      await rm(folder, { recursive: true, force: true })
      const { failures } = started
      if (failures.length > 0)
        throw new Error(`the simulator failed in the background:\n${failures.join('\n')}`)
    },
  }
}
