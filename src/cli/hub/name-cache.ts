import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../output/terminal.ts'
import type { Session } from '../session.ts'

const entrySchema = z.object({ at: z.number(), names: z.array(z.string()) })

/** Names change seldom, and a completion that waits is worse than one that misses the newest name. */
const freshFor = 30_000
const deadline = 400

/**
 * Names for completion: from the cache while it is fresh, else from the hub within a short deadline, else from the stale
 * cache. Never fails.
 */
export async function cachedNames(
  session: Session,
  of: 'clusters' | 'bundles' | 'environments' | 'plans' | 'jobs' | 'causes',
): Promise<string[]> {
  try {
    const { client, address } = await session.hub()
    const file = cacheFile(session.environment, `${new URL(address.url).host}-${of}`)
    const kept = await readEntry(file)
    if (kept !== undefined && session.now() - kept.at < freshFor) return kept.names
    try {
      const { names } = await client.names({ query: { of } }, { signal: AbortSignal.timeout(deadline) })
      await writeEntry(file, { at: session.now(), names })
      return names
    } catch {
      return kept?.names ?? []
    }
  } catch {
    return []
  }
}

function cacheFile(environment: Environment, name: string): string {
  const folder = environment['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  return join(folder, 'evenkeel', `names-${name.replace(/[^A-Za-z0-9.-]/g, '_')}.json`)
}

async function readEntry(file: string): Promise<z.infer<typeof entrySchema> | undefined> {
  try {
    return entrySchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return undefined
  }
}

/** Written beside and renamed: another completion never reads half of it. */
async function writeEntry(file: string, entry: z.infer<typeof entrySchema>): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 })
  const beside = `${file}.${process.pid}`
  await writeFile(beside, JSON.stringify(entry), { mode: 0o600 })
  await rename(beside, file)
}
