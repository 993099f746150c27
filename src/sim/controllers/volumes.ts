import { mapOf, textOf } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { merge, metadataOf, objectAt } from './acting.ts'
import { type Controller, itself } from './controller.ts'

const claims = 'persistentvolumeclaims'
const classes = 'storageclasses.storage.k8s.io'
const isDefault = 'storageclass.kubernetes.io/is-default-class'

/**
 * Binds claims whose storage class there is. There are no volumes behind them: a claim names one, and nothing holds it.
 */
export const volumes: Controller = {
  watches: { [claims]: itself, [classes]: (_, cluster) => pending(cluster) },
  async reconcile(cluster, key) {
    const claim = objectAt(cluster, claims, key)
    if (claim === undefined || mapOf(claim.metadata).deletionTimestamp !== undefined) return undefined
    const spec = mapOf(claim.spec)
    if (mapOf(claim.status).phase === 'Bound' || !hasClass(cluster, spec.storageClassName)) return undefined
    const volumeName = spec.volumeName ?? `pvc-${textOf(mapOf(claim.metadata).uid)}`
    if (spec.volumeName === undefined) await merge(cluster, claims, key, { spec: { volumeName } })
    const { requests } = mapOf(spec.resources)
    const status = { phase: 'Bound', accessModes: spec.accessModes ?? [], capacity: requests ?? {} }
    await merge(cluster, claims, key, { status }, 'status')
    return undefined
  },
}

function hasClass({ store }: Cluster, name: unknown): boolean {
  if (typeof name === 'string' && name !== '') return store.get(classes, name) !== undefined
  return store.page(classes).objects.some((one) => mapOf(metadataOf(one).annotations)[isDefault] === 'true')
}

function pending({ store }: Cluster): readonly string[] {
  return store
    .page(claims)
    .objects.filter(({ shape }) => mapOf(shape.status).phase !== 'Bound')
    .map((one) => `${textOf(metadataOf(one).namespace)}/${textOf(metadataOf(one).name)}`)
}
