import { type Grant, readable } from './grant.ts'

/** What an event is about. */
export interface Happening {
  readonly cluster?: string | undefined
  readonly bundle?: string | undefined
  /** Of its object, where it is about one. */
  readonly namespace?: string | undefined
}

/**
 * Does somebody hear of an event? Whoever may look at everything hears everything. Everybody else hears what is about a
 * cluster or bundle that they may look at: what is about the hub itself, such as sign-ins, is not.
 */
export function hears(grants: readonly Grant[], event: Happening): boolean {
  const limits = readable(grants)
  if (limits === undefined) return true
  const { cluster, bundle, namespace } = event
  return limits.some(({ clusters, bundles, namespaces }) => {
    const about =
      clusters === undefined
        ? (cluster ?? bundle) !== undefined
        : cluster !== undefined && clusters.has(cluster)
    const ofBundle = bundle === undefined || bundles === undefined || bundles.has(bundle)
    return (
      about && ofBundle && (namespace === undefined || namespaces === undefined || namespaces.has(namespace))
    )
  })
}
