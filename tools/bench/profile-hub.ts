import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { HubProcess } from './hub-process.ts'

/** Writes where the hub's processor time goes during the work, for Chromium's developer tools. */
export async function profileHub(hub: HubProcess, file: string, work: () => Promise<void>): Promise<void> {
  const inspector = await hub.inspect()
  try {
    const end = await inspector.profile()
    await work()
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, JSON.stringify(await end()))
  } finally {
    inspector.close()
  }
}
