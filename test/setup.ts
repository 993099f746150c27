import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { type ApiServerAddress, ensureBinaries, startApiServer } from '../tools/kubernetes/index.ts'
import * as apimachinery from '../tools/apimachinery/module.ts'
import * as renderer from '../tools/render/module.ts'
import { buildWeb } from '../tools/web.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Clusters of the oldest and the newest supported release, shared by all tests that do not break them. */
    readonly clusters: readonly ApiServerAddress[]
  }
}

/** Builds the program and the test servers once, and starts one cluster of each end of the version range. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = join(import.meta.dirname, '..')
  await renderer.deliverModule(await renderer.ensureModule())
  await apimachinery.deliverModule(await apimachinery.ensureModule())
  await buildWeb()
  execFileSync(process.execPath, ['tools/bundle.ts'], { cwd: root, stdio: 'inherit' })
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
