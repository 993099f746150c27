import { goModule } from '../wasm/go-module.ts'

/**
 * The API machinery module: Kubernetes' own handling of objects (`go/apimachinery`). Without gRPC's tracing, which
 * brings templates along, the linker can leave out methods that nobody calls: a third of the module.
 */
export const { modulePath, ensureModule, buildModule, deliverModule } = goModule({
  title: 'API machinery module',
  sources: 'apimachinery',
  name: 'apimachinery',
  flags: ['-tags=grpcnotrace'],
})
