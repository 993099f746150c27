import type { TestProject } from 'vitest/node'
import { type ApiServerAddress, ensureBinaries, startApiServer } from '../tools/kubernetes/index.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Clusters of the oldest and the newest supported release, shared by all tests that do not break them. */
    readonly clusters: readonly ApiServerAddress[]
  }
}

/** Builds the test servers once and starts one cluster of each supported end of the version range. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await ensureBinaries()
  const servers = await Promise.all([
    startApiServer({ version: '1.36' }),
    startApiServer({ version: '1.33' }),
  ])
  project.provide(
    'clusters',
    servers.map(({ version, url, caPem, folder }) => ({ version, url, caPem, folder })),
  )
  return async () => {
    await Promise.all(servers.map((server) => server.stop()))
  }
}
