import { deliverModule, ensureModule } from './render/module.ts'
import { goVersion } from './wasm/go-module.ts'

/**
 * `npm run build:render`: builds the renderer module, once per sources and Go toolchain, and puts it into `dist`.
 * Without Go it says so and leaves what is there: plain YAML needs no module.
 */
const go = goVersion()
if ('missing' in go) {
  process.stderr.write(
    `renderer module not built: ${go.missing}; Kustomize and Helm need it, plain YAML works\n`,
  )
} else {
  await deliverModule(await ensureModule())
}
