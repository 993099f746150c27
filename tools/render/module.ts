import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  access,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, relative } from 'node:path'
import { runGo } from './run-go.ts'
import { withMemoryMaximum } from './memory-maximum.ts'

const root = join(import.meta.dirname, '..', '..')
const sources = join(root, 'go', 'renderer')
/** The module's memory ends here (rendering.md, Limits). */
const mostPages = (1024 * 1024 * 1024) / 65_536
const flags = ['-buildmode=c-shared', '-trimpath', '-buildvcs=false', '-ldflags=-s -w']

/** The Go toolchain of this machine, or why there is none that will do. */
export function goVersion(): { readonly version: string } | { readonly missing: string } {
  const go = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' })
  if (go.status !== 0) return { missing: '`go` is not on the PATH' }
  const version = go.stdout.trim()
  const [, major = '0', minor = '0'] = /^go(\d+)\.(\d+)/.exec(version) ?? []
  const fits = Number(major) > 1 || Number(minor) >= 26
  return fits ? { version } : { missing: `Go 1.26 is needed, found ${version}` }
}

/**
 * Where the renderer module of these sources and this Go toolchain is, or belongs, in the XDG cache; undefined
 * without a toolchain.
 */
export async function modulePath(): Promise<string | undefined> {
  const go = goVersion()
  if ('missing' in go) return undefined
  const hash = createHash('sha256').update(JSON.stringify([go.version, flags, mostPages]))
  const entries = await readdir(sources, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const file of files.toSorted())
    hash.update(`${relative(sources, file)}\0`).update(await readFile(file))
  return join(cacheFolder(), `module-${hash.digest('hex').slice(0, 16)}`, 'render.wasm')
}

/** Where everything of this tool is kept, outside the repository. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'evenkeel', 'render')
}

/**
 * The renderer module, built when it is not in the cache: minutes without Go's own build cache, seconds with it. One
 * progress line goes to standard error. Throws, with the end of the compiler's output, when it cannot be built.
 */
export async function ensureModule(): Promise<string> {
  const target = await modulePath()
  if (target === undefined) {
    const go = goVersion()
    throw new Error(`tools/render: cannot build the renderer: ${'missing' in go ? go.missing : ''}`)
  }
  if (await isThere(target)) return target
  await buildModule(target)
  return target
}

/** Builds the module into `target`, whatever is cached. The same sources give the same bytes. */
export async function buildModule(target: string): Promise<void> {
  await mkdir(cacheFolder(), { recursive: true })
  const scratch = await mkdtemp(join(cacheFolder(), 'building-'))
  try {
    // A copy, because `go build` may touch go.mod and the checkout must stay clean.
    await cp(sources, join(scratch, 'source'), { recursive: true })
    const out = join(scratch, 'render.wasm')
    const args = ['build', ...flags, '-o', out, '.']
    await runGo('renderer module', args, join(scratch, 'source'), { GOOS: 'wasip1', GOARCH: 'wasm' })
    await writeFile(out, withMemoryMaximum(await readFile(out), mostPages))
    await mkdir(join(target, '..'), { recursive: true })
    await rename(out, target)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Copies the module into `dist`, where the program looks for it; does nothing where the same one is there. */
export async function deliverModule(module: string): Promise<void> {
  const dist = join(root, 'dist')
  const place = join(dist, 'render.wasm')
  const [wanted, there] = await Promise.all([readFile(module), readFile(place).catch(() => undefined)])
  if (there?.equals(wanted) === true) return
  await mkdir(dist, { recursive: true })
  const draft = join(dist, `.render.wasm.${process.pid}`)
  await copyFile(module, draft)
  await rename(draft, place)
}

/** True when there is such a file. */
export function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
