import { deliverModule, ensureModule } from './apimachinery/module.ts'
import { goVersion } from './wasm/go-module.ts'

/**
 * `npm run build:apimachinery`: builds the API machinery module, once per sources and Go toolchain, and puts it into
 * `dist`. Without Go it says so and leaves what is there: manifests are then not validated before a cluster sees them.
 */
const go = goVersion()
if ('missing' in go) {
  process.stderr.write(
    `API machinery module not built: ${go.missing}; ek lint does without Kubernetes' own rules\n`,
  )
} else {
  await deliverModule(await ensureModule())
}
