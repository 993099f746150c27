import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { build, type Plugin } from 'esbuild'

/**
 * Bundles the program into a folder: one file and its chunks start faster than a tree of sources. Each file appears
 * whole, under a name made of its content, so that a program that is running is not disturbed half-way. What simulated
 * servers publish about themselves is put beside it. Plugins see every source before it is bundled.
 */
export async function bundleProgram(out: string, plugins: Plugin[] = []): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [
      { in: 'src/cli/main.ts', out: 'evenkeel' },
      // Worker threads start from a file of their own.
      { in: 'src/box/worker.ts', out: 'box-worker' },
      { in: 'src/hub/store/reader-thread.ts', out: 'reader-thread' },
    ],
    outdir: out,
    chunkNames: 'chunks/[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    packages: 'bundle',
    external: ['pg-native'],
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
    plugins,
    banner: {
      // Some dependencies are CommonJS and ask for `require`, which an ES module does not have.
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
  })
  const chunks = join(out, 'chunks')
  await mkdir(chunks, { recursive: true })
  for (const file of outputFiles) {
    const draft = join(dirname(file.path), `.${basename(file.path)}.${process.pid}`)
    await writeFile(draft, file.contents, { mode: 0o755 })
    await rename(draft, file.path)
  }
  const kept = new Set(outputFiles.map((file) => basename(file.path)))
  for (const name of await readdir(chunks)) {
    if (!kept.has(name) && !name.startsWith('.')) await rm(join(chunks, name))
  }

  // Simulated servers read it beside the program.
  await copyFile('src/sim/data/kubernetes.json.br', join(out, 'kubernetes.json.br'))
}
