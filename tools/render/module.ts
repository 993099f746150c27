import { goModule } from '../wasm/go-module.ts'

/** The renderer module: Kustomize's and Helm's libraries (`go/renderer`). */
export const { modulePath, ensureModule, buildModule, deliverModule } = goModule({
  title: 'renderer module',
  sources: 'renderer',
  name: 'render',
})
