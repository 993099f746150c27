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
import { withMemoryMaximum } from './memory-maximum.ts'
import { runGo, withoutDebugging } from './run-go.ts'

const root = join(import.meta.dirname, '..', '..')
/** The memory of a module ends here (rendering.md, Limits). */
const mostPages = (1024 * 1024 * 1024) / 65_536
const allFlags = ['-buildmode=c-shared', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', withoutDebugging]

/** A Go program of this repository that becomes a WebAssembly module. */
export interface GoModuleRecipe {
  /** What it is called in progress lines: `renderer module`. */
  readonly title: string
  /** Its folder below `go`. */
  readonly sources: string
  /** The name of the module without its ending, and of its folder in the cache. */
  readonly name: string
  /** Build flags besides those of every module. */
  readonly flags?: readonly string[]
}

/** Builds and delivers one module. The same sources give the same bytes. */
export interface GoModule {
  /** Where the module of these sources and this Go toolchain is, or belongs; undefined without a toolchain. */
  readonly modulePath: () => Promise<string | undefined>
  /**
   * The module, built when it is not in the cache: minutes without Go's own build cache, seconds with it. Standard
   * error is told when it begins and ends. Throws, with the end of the compiler's output, when it cannot be built.
   */
  readonly ensureModule: () => Promise<string>
  /** Builds the module into `target`, whatever is cached. */
  readonly buildModule: (target: string) => Promise<void>
  /** Copies the module into `dist`, where the program looks for it; does nothing where the same one is there. */
  readonly deliverModule: (module: string) => Promise<void>
}

/** The module that a recipe gives, kept in the XDG cache. */
export function goModule(recipe: GoModuleRecipe): GoModule {
  const flags = [...allFlags, ...(recipe.flags ?? [])]
  const sources = join(root, 'go', recipe.sources)
  const cache = cacheFolder(recipe.name)
  const file = `${recipe.name}.wasm`

  const modulePath = async (): Promise<string | undefined> => {
    const go = goVersion()
    if ('missing' in go) return undefined
    const hash = createHash('sha256').update(JSON.stringify([go.version, flags, mostPages]))
    const entries = await readdir(sources, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    for (const one of files.toSorted()) hash.update(`${relative(sources, one)}\0`).update(await readFile(one))
    return join(cache, `module-${hash.digest('hex').slice(0, 16)}`, file)
  }

  const buildModule = async (target: string): Promise<void> => {
    await mkdir(cache, { recursive: true })
    const scratch = await mkdtemp(join(cache, 'building-'))
    try {
      // A copy, because `go build` may touch go.mod and the checkout must stay clean.
      await cp(sources, join(scratch, 'source'), { recursive: true })
      const out = join(scratch, file)
      const wasm = { GOOS: 'wasip1', GOARCH: 'wasm' }
      await runGo(recipe.title, ['build', ...flags, '-o', out, '.'], join(scratch, 'source'), wasm)
      await writeFile(out, withMemoryMaximum(await readFile(out), mostPages))
      await mkdir(join(target, '..'), { recursive: true })
      await rename(out, target)
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }

  return {
    modulePath,
    buildModule,
    async ensureModule() {
      const target = await modulePath()
      if (target === undefined) {
        const go = goVersion()
        throw new Error(`tools/wasm: cannot build the ${recipe.title}: ${'missing' in go ? go.missing : ''}`)
      }
      if (!(await isThere(target))) await buildModule(target)
      return target
    },
    async deliverModule(module) {
      const dist = join(root, 'dist')
      const place = join(dist, file)
      const [wanted, there] = await Promise.all([readFile(module), readFile(place).catch(() => undefined)])
      if (there?.equals(wanted) === true) return
      await mkdir(dist, { recursive: true })
      const draft = join(dist, `.${file}.${process.pid}`)
      await copyFile(module, draft)
      await rename(draft, place)
    },
  }
}

/** The Go toolchain of this machine, or why there is none that will do. */
export function goVersion(): { readonly version: string } | { readonly missing: string } {
  const go = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' })
  if (go.status !== 0) return { missing: '`go` is not on the PATH' }
  const version = go.stdout.trim()
  const [, major = '0', minor = '0'] = /^go(\d+)\.(\d+)/.exec(version) ?? []
  const fits = Number(major) > 1 || Number(minor) >= 26
  return fits ? { version } : { missing: `Go 1.26 is needed, found ${version}` }
}

/** Where what belongs to a module is kept, outside the repository. */
export function cacheFolder(name: string): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'evenkeel', name)
}

/** True when there is such a file. */
export function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
