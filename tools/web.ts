import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build, type InlineConfig } from 'vite'

/**
 * Builds the pages of the hub into `dist/web`: files named by their content, each compressed beside itself, so that the
 * hub only hands them out. Nothing is done where the same sources were built before.
 */
const root = join(import.meta.dirname, '..')
const sources = join(root, 'src', 'web')
const out = join(root, 'dist', 'web')
const stamp = join(out, '.built-from')
/** Smaller files gain nothing. */
const worthCompressing = 1024
const compressible = /\.(?:js|css|html|svg|json)$/

/** What both the build and the development server are made of. */
export const webConfig: InlineConfig = {
  configFile: false,
  root: sources,
  // Libraries mark modules for servers that render; that says nothing here.
  logLevel: 'error',
  build: {
    target: 'es2023',
    emptyOutDir: true,
    // A strict policy of contents lets no data URL be a font or a script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  worker: { format: 'es' },
}

/** Builds the pages unless they stand there already; answers their folder. */
export async function buildWeb(): Promise<string> {
  const digest = await digestOfSources()
  if ((await readFile(stamp, 'utf8').catch(() => '')) === digest) return out
  const draft = join(root, 'dist', `.web.${process.pid}`)
  await build({ ...webConfig, build: { ...webConfig.build, outDir: draft } })
  for (const path of await filesBelow(draft)) await compress(path)
  await writeFile(join(draft, '.built-from'), digest)
  const old = join(root, 'dist', `.web-old.${process.pid}`)
  await rename(out, old).catch(() => undefined)
  await rename(draft, out)
  await rm(old, { recursive: true, force: true })
  return out
}

async function compress(path: string): Promise<void> {
  if (!compressible.test(path)) return
  const text = await readFile(path)
  if (text.length < worthCompressing) return
  await writeFile(`${path}.gz`, await promisify(gzip)(text, { level: 9 }))
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length }
  await writeFile(`${path}.br`, await promisify(brotliCompress)(text, { params }))
}

async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256')
  const folders = ['web', 'api', 'core'].map((layer) => join(root, 'src', layer))
  const own = [import.meta.filename, join(root, 'package-lock.json')]
  const files = [...own, ...(await Promise.all(folders.map(filesBelow))).flat()].toSorted()
  for (const file of files)
    hash
      .update(relative(root, file))
      .update('\0')
      .update(await readFile(file))
  return hash.digest('hex')
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

if (import.meta.main) {
  await mkdir(dirname(out), { recursive: true })
  await buildWeb()
}
