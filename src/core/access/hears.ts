import { allows, type Grant, readable, type Target } from './grant.ts'

/** What an event is about. */
export interface Happening {
  readonly cluster?: string | undefined
  readonly bundle?: string | undefined
  /** Of its object, where it is about one. */
  readonly namespace?: string | undefined
  /** All that it is about, where that is more than one thing. */
  readonly about?: readonly Target[] | undefined
}

/**
 * Does somebody hear of an event? Whoever may look at everything hears everything. Everybody else hears what is about a
 * cluster or bundle that they may look at, or about several things of which they may look at one: what is about the hub
 * itself, such as sign-ins, is not.
 */
export function hears(grants: readonly Grant[], event: Happening): boolean {
  const limits = readable(grants)
  if (limits === undefined) return true
  const { about, cluster, bundle, namespace } = event
  if (about !== undefined) return about.some((target) => allows(grants, 'read', target))
  return limits.some(({ clusters, bundles, namespaces }) => {
    const isPlaced =
      clusters === undefined
        ? (cluster ?? bundle) !== undefined
        : cluster !== undefined && clusters.has(cluster)
    const ofBundle = bundle === undefined || bundles === undefined || bundles.has(bundle)
    return (
      isPlaced &&
      ofBundle &&
      (namespace === undefined || namespaces === undefined || namespaces.has(namespace))
    )
  })
}
