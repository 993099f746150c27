import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { isRunning } from '../../runtime/index.ts'
import type { Environment } from '../output/terminal.ts'

/** How a hub that runs on this machine is reached. */
export interface LocalHub {
  readonly url: string
  readonly token: string
  readonly pid: number
}

const fileSchema = z.object({ url: z.url(), token: z.string().min(1), pid: z.int().min(1) })

/** The folder that a local hub keeps its data in. */
export function dataFolder(environment: Environment): string {
  const own = environment['EVENKEEL_DATA']
  if (own !== undefined && own !== '') return own
  return join(environment['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'evenkeel')
}

/** The file in which a running local hub says where it is. */
export function hubFile(environment: Environment): string {
  return join(dataFolder(environment), 'hub.json')
}

/**
 * The local hub that runs now, by its file; undefined when there is none. A file of another user is passed over: its
 * address could be anybody's.
 */
export async function findLocalHub(environment: Environment): Promise<LocalHub | undefined> {
  const file = hubFile(environment)
  try {
    const { uid } = await stat(file)
    if (process.getuid !== undefined && uid !== process.getuid()) return undefined
    const hub = fileSchema.parse(JSON.parse(await readFile(file, 'utf8')))
    return isRunning(hub.pid) ? hub : undefined
  } catch {
    return undefined
  }
}
