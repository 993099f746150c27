import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Runs an action while nobody else on this machine holds the lock `file`, which is made when it is not there.
 * `flock` (util-linux) holds it for as long as this process lives, so that a killed one leaves nothing locked.
 */
export async function withFileLock<T>(file: string, action: () => Promise<T>): Promise<T> {
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await Promise.race([
    once(holder.stdout, 'data'),
    once(holder, 'close').then(() => {
      throw new Error(`cannot lock ${file}: flock ended`)
    }),
  ])
  try {
    return await action()
  } finally {
    const closed = once(holder, 'close')
    holder.stdin.end()
    await closed
  }
}
