import { cp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as apimachinery from './apimachinery/module.ts'
import { bundleProgram } from './bundle-program.ts'
import * as renderer from './render/module.ts'
import { isThere } from './wasm/go-module.ts'

/**
 * Bundles the program into `dist`. The WebAssembly modules go beside it when they have been built
 * (`npm run build:render`, `npm run build:apimachinery`).
 */
const out = 'dist'
await bundleProgram(out)

// The fleet repository that the demo begins with: copied whole, then put in place of the old one.
const files = join(out, 'demo-repository')
const [draft, old] = [`${files}.${process.pid}`, `${files}-old.${process.pid}`]
await cp('src/demo/repository/files', draft, { recursive: true })
await rename(files, old).catch(() => undefined)
await rename(draft, files)
await rm(old, { recursive: true, force: true })

for (const { modulePath, deliverModule } of [renderer, apimachinery]) {
  const module = await modulePath()
  if (module !== undefined && (await isThere(module))) await deliverModule(module)
}
