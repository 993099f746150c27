import { mkdir, readFile, symlink } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { bundleProgram } from '../../../tools/bundle-program.ts'

/** A change of one source: the text occurs in the file exactly once. */
export interface SourceChange {
  readonly file: string
  readonly text: string
  readonly becomes: string
}

const root = join(import.meta.dirname, '..', '..', '..')

/** Its renderers die when it is told to: nothing outside of the program reaches its threads. */
const killable: SourceChange = {
  file: 'src/box/thread.ts',
  text: '    this.#worker = worker\n',
  becomes: `    this.#worker = worker
    const kill = (): void => void worker.terminate()
    process.setMaxListeners(0).on('SIGUSR2', kill)
    worker.once('exit', () => process.off('SIGUSR2', kill))
`,
}

/**
 * The waiting times of the program, shortened, so that more happens in a minute, and a way to kill its renderers. Nothing
 * else is another in the program that the nemesis meets.
 */
export const shorter: readonly SourceChange[] = [
  time('src/core/state/standing.ts', 'silenceLimit = 90_000', '9_000'),
  time('src/spoke/presence.ts', 'silenceMs = 90_000', '9_000'),
  time('src/spoke/presence.ts', 'reportMs = 15_000', '1_500'),
  time('src/spoke/cluster-engine.ts', 'identityMs = 60_000', '3_000'),
  time('src/spoke/cluster-engine.ts', 'longestRetryMs = 60_000', '3_000'),
  time('src/kube/watch/watch-objects.ts', 'idleMs = 75_000', '7_500'),
  time('src/kube/watch/watch-objects.ts', 'goodMs = 60_000', '6_000'),
  time('src/kube/exchange.ts', 'defaultTimeoutMs = 60_000', '6_000'),
  time('src/spoke/drift/second-looks.ts', 'longestMs = 60_000', '6_000'),
  killable,
  {
    file: 'src/box/thread.ts',
    text: 'const patience = 4\n',
    becomes: "const patience = 4\nprocess.on('SIGUSR2', () => undefined)\n",
  },
]

/** How long a silent cluster may be believed in that program. */
export const shortSilenceMs = 9_000

function time(file: string, text: string, ms: string): SourceChange {
  return { file, text, becomes: `${text.slice(0, text.indexOf('=') + 1)} ${ms}` }
}

/** What a file is with its changes. Throws for a text that does not occur exactly once. */
export function changed(file: string, source: string, changes: readonly SourceChange[]): string {
  let result = source
  for (const { text, becomes } of changes.filter((one) => one.file === file)) {
    const found = result.split(text).length - 1
    if (found !== 1) throw new Error(`${file}: wanted once, found ${found} times: ${text}`)
    result = result.replace(text, () => becomes)
  }
  return result
}

/** Bundles the program with changes of its sources into a folder, and answers its main file. The tree stays as it is. */
export async function buildProgram(out: string, changes: readonly SourceChange[]): Promise<string> {
  await mkdir(out, { recursive: true })
  const left = new Set(changes.map(({ file }) => file))
  await bundleProgram(out, [
    {
      name: 'source changes',
      setup(build) {
        build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
          const file = relative(root, path)
          if (!left.has(file) && !changes.some((one) => one.file === file)) return undefined
          left.delete(file)
          return { contents: changed(file, await readFile(path, 'utf8'), changes), loader: 'ts' }
        })
      },
    },
  ])
  if (left.size > 0) throw new Error(`not part of the program: ${[...left].join(', ')}`)
  for (const name of ['render.wasm', 'apimachinery.wasm'])
    await symlink(join(root, 'dist', name), join(out, name))
  return join(out, 'evenkeel.mjs')
}
