import { chmod, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** How the hub that runs here is reached by its own user. */
export interface LocalHub {
  readonly url: string
  readonly token: string
  readonly pid: number
}

/**
 * Writes `hub.json`, by which `ek` finds the running hub, for its user alone (mode 0600); never half written. The answer
 * takes it away again, unless another hub has written it since.
 */
export async function writeLocalHubFile(
  folder: string,
  hub: LocalHub,
): Promise<{ readonly file: string; remove(): Promise<void> }> {
  const file = join(folder, 'hub.json')
  const draft = `${file}.${hub.pid}`
  await rm(draft, { force: true })
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(`${JSON.stringify(hub)}\n`)
  } finally {
    await handle.close()
  }
  await chmod(draft, 0o600)
  await rename(draft, file)
  return {
    file,
    async remove() {
      const text = await readFile(file, 'utf8').catch(() => '')
      if (text === `${JSON.stringify(hub)}\n`) await rm(file, { force: true })
    },
  }
}
