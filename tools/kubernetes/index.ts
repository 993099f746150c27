/**
 * Real clusters for tests, benchmarks and the guided example: etcd, kube-apiserver, kube-controller-manager
 * and kubectl, built from their Go modules and started on loopback within seconds.
 *
 * It starts no kubelet and no network: Pods stay Pending. Key invariant: every process it starts ends with
 * the `ApiServer` that owns it, and at the latest with the process that started it.
 */
export {
  type ApiServer,
  type ApiServerAddress,
  type ApiServerOptions,
  type AttachedApiServer,
  attachApiServer,
  startApiServer,
} from './api-server.ts'
export { type Binaries, ensureBinaries } from './build.ts'
export { type ClientResult, runClient, type User } from './cluster-access.ts'
export { endOfLog, freePorts, type Program, startProgram } from './program.ts'
export type { EmulatedVersion } from './versions.ts'
