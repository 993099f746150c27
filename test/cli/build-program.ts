import { spawn } from 'node:child_process'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

const root = new URL('../..', import.meta.url).pathname
const bundle = join(root, 'dist', 'evenkeel.mjs')
const lock = join(root, '.tsbuild', 'bundle.lock')

/**
 * Builds the program that the tests run, unless it is newer than every source. Test files run at the same time and must
 * not run a program that another one is just writing: they build one after the other.
 */
export async function buildProgram(): Promise<void> {
  await mkdir(join(lock, '..'), { recursive: true })
  while (!(await takeLock())) await new Promise((resolve) => setTimeout(resolve, 50))
  try {
    if ((await changedAt(bundle)) < (await newestIn(join(root, 'src')))) await runBundler()
  } finally {
    await rm(lock, { recursive: true, force: true })
  }
}

async function takeLock(): Promise<boolean> {
  try {
    await mkdir(lock)
    return true
  } catch {
    // A run that was killed leaves its lock behind.
    if (Date.now() - (await changedAt(lock)) > 60_000) await rm(lock, { recursive: true, force: true })
    return false
  }
}

function changedAt(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.mtimeMs,
    () => 0,
  )
}

async function newestIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const times = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => changedAt(join(entry.parentPath, entry.name)))
  return Math.max(...(await Promise.all(times)))
}

function runBundler(): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const child = spawn(process.execPath, ['tools/bundle.ts'], { cwd: root })
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`the program could not be built: ${said}`))
    })
  })
}
