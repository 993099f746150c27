import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder, goVersion, isThere } from './go-module.ts'
import { withFileLock } from './file-lock.ts'
import { runGo, withoutDebugging } from './run-go.ts'

export interface GoProgram {
  /** What the program is called, and its file. */
  readonly name: string
  /** The folder with `go.mod`, `go.sum` and a blank import of the program's package. */
  readonly module: string
  /** The package of the program. */
  readonly main: string
  /** The folder of the cache that it is kept in. */
  readonly kept: string
}

/**
 * The path of a program that is built from its Go module, once per version and toolchain, into the XDG cache. Throws,
 * with the end of the compiler's output, when it cannot be built.
 */
export async function ensureGoProgram({ name, module, main, kept }: GoProgram): Promise<string> {
  const go = goVersion()
  if ('missing' in go) throw new Error(`cannot build ${name}: ${go.missing}`)
  const hash = createHash('sha256').update(go.version)
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(join(module, file)))
  const target = join(cacheFolder(kept), `${name}-${hash.digest('hex').slice(0, 16)}`, name)
  if (await isThere(target)) return target
  await mkdir(join(target, '..'), { recursive: true })
  await withFileLock(`${target}.lock`, async () => {
    // Another may have built it while this one waited.
    if (!(await isThere(target))) await build({ name, module, main }, target, cacheFolder(kept))
  })
  return target
}

async function build(
  { name, module, main }: Pick<GoProgram, 'name' | 'module' | 'main'>,
  target: string,
  cache: string,
): Promise<void> {
  const scratch = await mkdtemp(join(cache, 'building-'))
  try {
    // A copy, because `go build` may touch go.mod and the checkout must stay clean.
    await cp(module, join(scratch, 'source'), { recursive: true })
    const out = join(scratch, name)
    const flags = ['-trimpath', '-buildvcs=false', '-ldflags=-s -w', withoutDebugging]
    const args = ['build', ...flags, '-o', out, main]
    await runGo(name, args, join(scratch, 'source'))
    await rename(out, target)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
