import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile, rename, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'

/** What a file was when it was closed cleanly. */
const sealSchema = z.object({ size: z.number(), time: z.number(), sha256: z.string() })

/**
 * Writes down the digest of a database that was just closed. SQLite keeps no checksums of rows, so a bit that
 * flips on the disk while the hub is stopped would be read as data.
 */
export async function sealFile(file: string): Promise<void> {
  const { size, mtimeMs } = await stat(file)
  const time = Math.floor(mtimeMs)
  const draft = `${sealOf(file)}.new`
  const handle = await open(draft, 'w', 0o600)
  try {
    await handle.writeFile(JSON.stringify({ size, time, sha256: await digestOf(file) }))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(draft, sealOf(file))
}

/**
 * Compares a file with its seal and takes the seal away, because from now on the file changes. Answers false when
 * the file has other bytes than it was closed with. A file that somebody put there since (a restored backup has
 * another time) has no seal, nor has one that was not closed cleanly.
 */
export async function breakSeal(file: string): Promise<boolean> {
  const text = await readFile(sealOf(file), 'utf8').catch(() => undefined)
  if (text === undefined) return true
  const seal = sealSchema.safeParse(parse(text))
  const now = await stat(file)
  const applies = seal.success && seal.data.time === Math.floor(now.mtimeMs)
  if (applies && (seal.data.size !== now.size || seal.data.sha256 !== (await digestOf(file)))) return false
  await unlink(sealOf(file))
  await syncFolder(dirname(file))
  return true
}

function sealOf(file: string): string {
  return `${file}.seal`
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
