import { readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { reasonOf } from '../../core/failure.ts'
import { HubFailure } from '../failure.ts'

/** A data folder that belongs to this process until it is released, or until the process ends in any way. */
export interface FolderLock {
  release(): void
}

/**
 * Takes the folder for this process alone. The lock is a lock of the operating system on `lock.db`, held by an open
 * exclusive transaction: the kernel gives it back when the process dies, however it dies, so there is no
 * stale lock to judge. Throws `store-locked` with the process id of the holder.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const holder = join(folder, 'hub.pid')
  let lock: DatabaseSync | undefined
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    lock = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 })
    lock.exec('pragma journal_mode = memory; begin exclusive')
    writeFileSync(holder, `${process.pid}\n`, { mode: 0o600 })
  } catch (error) {
    lock?.close()
    throw refused(folder, holder, error)
  }
  const held = lock
  let released = false
  return {
    release() {
      if (released) return
      released = true
      held.close()
    },
  }
}

function refused(folder: string, holder: string, error: unknown): HubFailure {
  if ((error as { errcode?: unknown }).errcode === 5) {
    const pid = pidIn(holder)
    const who = pid === undefined ? 'another process' : `process ${pid}`
    return new HubFailure('store-locked', `data folder ${folder}: ${who} has it open`, {
      cause: error,
      hint: 'stop the other hub, or give this one a folder of its own with --data',
    })
  }
  return new HubFailure('store-failed', `data folder ${folder}: cannot be locked: ${reasonOf(error)}`, {
    cause: error,
    hint: 'let the user that runs the hub write to the folder, and keep it on a disk of this machine',
  })
}

function pidIn(file: string): string | undefined {
  try {
    return /^\d+/.exec(readFileSync(file, 'utf8'))?.[0]
  } catch {
    return undefined
  }
}
