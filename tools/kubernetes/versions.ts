/** What is built, and from which Go modules. A changed version makes a new folder in the cache. */
export const kubernetesVersion = '1.36.3'
export const etcdVersion = '3.6.16'

/** The releases that one 1.36 binary can behave as, by `--emulated-version`. */
export type EmulatedVersion = '1.33' | '1.34' | '1.35' | '1.36'
