/**
 * Kubeconfigs, read as kubectl reads them, and the account of a Pod.
 *
 * Whose kubeconfig it is decides what it may ask for: the operator's own everything that kubectl knows, one that
 * arrived by API or Git inline data only. It never runs, reads or connects to anything itself while it decides.
 * Key invariant: a refused field is named before any of it has been used, and no message quotes the text.
 */
export { connectionOf, type ConnectionOptions } from './connection-of.ts'
export type { ForeignAllowance } from './foreign.ts'
export { inClusterConnection, type InClusterOptions } from './in-cluster.ts'
export { type Kubeconfig, type KubeconfigSource, loadKubeconfig } from './kubeconfig.ts'
