import { spawn } from 'node:child_process'
import { join } from 'node:path'
import * as apimachinery from './apimachinery/module.ts'
import * as renderer from './render/module.ts'
import { goVersion } from './wasm/go-module.ts'

/**
 * `npm start`: builds what is missing, side by side, and starts the demo with the words of the command line
 * (`npm start -- --clusters 50`).
 */
const root = join(import.meta.dirname, '..')
const go = goVersion()
if ('missing' in go) {
  process.stderr.write(
    `the demo cannot be built: ${go.missing}\nhint: install Go 1.26, and run npm start again\n`,
  )
  process.exit(2)
}
const modules = [renderer, apimachinery].map(async ({ ensureModule, deliverModule }) =>
  deliverModule(await ensureModule()),
)
// Its own process, as the modules are: the pages are built while Go compiles.
await Promise.all([...modules, runNode('tools/web.ts')])
await runNode('tools/bundle.ts')
const demo = spawn(join(root, 'bin', 'evenkeel'), ['demo', ...process.argv.slice(2)], { stdio: 'inherit' })
// Ctrl-C reaches the demo too, which ends everything; this waits for it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => demo.kill(signal))
demo.on('close', (code) => process.exit(code ?? 1))

function runNode(file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, file)], { cwd: root, stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${file} ended with ${code}`))))
  })
}
