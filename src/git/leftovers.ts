import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { killGroup } from './run-git.ts'

/**
 * Removes locks and half-written files from a mirror. Only one process works in its folder, one operation at a
 * time, so all of them are stale (incident 33).
 */
export async function removeLeftovers(folder: string): Promise<void> {
  const stale = async (inside: string, isStale: (name: string) => boolean): Promise<void> => {
    const names = (await namesIn(inside)).filter(isStale)
    await Promise.all(names.map((name) => rm(join(inside, name), { recursive: true, force: true })))
  }
  const objects = join(folder, 'objects')
  await stale(folder, (name) => name.endsWith('.lock') || name === 'gc.pid')
  await stale(objects, (name) => name.startsWith('tmp_') || name.startsWith('incoming-'))
  await stale(join(objects, 'pack'), (name) => /^(tmp_|\.tmp-)/.test(name))
  await stale(join(objects, 'info', 'commit-graphs'), (name) => name.endsWith('.lock'))
  for (const fan of (await namesIn(objects)).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
    await stale(join(objects, fan), (name) => name.startsWith('tmp_obj_'))
  }
  const refs = await readdir(join(folder, 'refs'), { recursive: true }).catch(() => [])
  const locks = refs.filter((name) => name.endsWith('.lock'))
  await Promise.all(locks.map((name) => rm(join(folder, 'refs', name), { force: true })))
}

/** Ends a git that an earlier process started in a mirror and could not stop because it was killed itself. */
export async function endLeftoverGit(folder: string, pidFile: string): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''))
  if (!Number.isInteger(pid) || pid < 2) return
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  // The number may belong to somebody else by now; only a git that works in our folder is ours.
  if (command.includes(`--git-dir=${folder}\0`)) killGroup(pid, 'SIGKILL')
  await rm(pidFile, { force: true })
}

/** How many packs a mirror has. */
export async function countPacks(folder: string): Promise<number> {
  return (await namesIn(join(folder, 'objects', 'pack'))).filter((name) => name.endsWith('.pack')).length
}

/** Bytes of the packs that are being written in a mirror. */
export async function bytesInFlight(folder: string): Promise<number> {
  const packs = join(folder, 'objects', 'pack')
  const names = (await namesIn(packs)).filter((name) => name.startsWith('tmp_'))
  const sizes = await Promise.all(names.map((name) => sizeOf(join(packs, name))))
  return sizes.reduce((total, size) => total + size, 0)
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    (found) => found.size,
    () => 0,
  )
}
