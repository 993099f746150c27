/**
 * Annotations that controllers and clients keep on other people's objects as a matter of course: never an
 * addition, never exported (engine §7.1). A name, or a prefix that ends in `/`.
 */
const KNOWN: readonly string[] = [
  'autoscaling.alpha.kubernetes.io/',
  'batch.kubernetes.io/job-tracking',
  'batch.kubernetes.io/cronjob-scheduled-timestamp',
  'control-plane.alpha.kubernetes.io/leader',
  'deployment.kubernetes.io/',
  'endpoints.kubernetes.io/last-change-trigger-time',
  // Our own protocol on live objects; the engine reads them elsewhere.
  'evenkeel.dev/lease',
  'evenkeel.dev/prune',
  'kubectl.kubernetes.io/last-applied-configuration',
  'kubernetes.io/service-account.uid',
  'pv.kubernetes.io/',
  'volume.beta.kubernetes.io/storage-provisioner',
  'volume.kubernetes.io/selected-node',
  'volume.kubernetes.io/storage-provisioner',
  'volume.kubernetes.io/storage-resizer',
]

const NAMES = new Set(KNOWN)
const PREFIXES = KNOWN.filter((name) => name.endsWith('/'))

export function isControllerAnnotation(name: string): boolean {
  return NAMES.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix))
}
