import { operator, withKubectl } from '../fleet/cast.ts'
import type { DrawnCluster } from '../fleet/draw-fleet.ts'
import { type BeatScript, minutes, seconds } from './scene.ts'

/** An autoscaler wants more replicas than a bundle declares, for as long as the load lasts. */
export const autoscaler: BeatScript = ({ clusters, random }) => {
  const chosen = random
    .some(
      clusters.filter(({ environment }) => environment === 'stage'),
      14,
    )
    .map(({ name }) => name)
  return [
    {
      at: 0,
      beat: 'autoscaler',
      says: `load on the storefront of ${chosen.length} clusters: its autoscaler wants 6 replicas, Git says 1`,
      act: { kind: 'demand', clusters: chosen, demand: { 'storefront/web': 6 } },
    },
    {
      at: minutes(6),
      beat: 'autoscaler',
      says: 'the load is over',
      act: { kind: 'demand', clusters: chosen, demand: { 'storefront/web': 1 } },
    },
  ]
}

/** A mutating webhook rewrites the registry of images whenever somebody writes a Deployment of cart. */
export const webhook: BeatScript = ({ clusters, random, round }) => {
  const chosen = random.some(ofDev(clusters, { far: false }), 3)
  return [
    {
      at: 0,
      beat: 'webhook',
      says: `a webhook that rewrites images is installed on ${chosen.length} clusters`,
      act: { kind: 'webhook', clusters: chosen, installed: true },
    },
    {
      at: seconds(4),
      beat: 'webhook',
      says: 'carol restarts cart there, and the webhook rewrites its image',
      act: {
        kind: 'write',
        clusters: chosen,
        as: withKubectl('carol', 'rollout'),
        request: {
          method: 'PATCH',
          path: '/apis/apps/v1/namespaces/cart/deployments/api',
          contentType: 'application/strategic-merge-patch+json',
          body: {
            spec: {
              template: {
                metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': `round-${round}` } },
              },
            },
          },
        },
      },
    },
    {
      at: minutes(7),
      beat: 'webhook',
      says: 'the webhook is taken away',
      act: { kind: 'webhook', clusters: chosen, installed: false },
    },
  ]
}

/** An operator puts its own value back whenever Git's is applied. */
export const insisting: BeatScript = ({ clusters, random }) => {
  const chosen = random
    .some(
      clusters.filter(({ environment, region }) => environment === 'prod' && region !== 'eu'),
      4,
    )
    .map(({ name }) => name)
  return [
    {
      at: 0,
      beat: 'operator',
      says: `prometheus-operator reverts what Git says of Prometheus on ${chosen.length} clusters`,
      act: {
        kind: 'insist',
        clusters: chosen,
        as: operator('monitoring', 'prometheus-operator'),
        path: '/apis/apps/v1/namespaces/monitoring/deployments/prometheus',
        patch: { spec: { replicas: 2 } },
        forMs: minutes(6),
      },
    },
  ]
}

/** Clusters fall silent: connections stay open, and nothing is answered. */
export const silence: BeatScript = ({ clusters, random }) => {
  const chosen = random.some(ofDev(clusters, { far: true }), 3)
  return [
    {
      at: 0,
      beat: 'silence',
      says: `${chosen.join(', ')} fall silent`,
      act: { kind: 'faults', clusters: chosen, faults: { silent: true } },
    },
    {
      at: minutes(5),
      beat: 'silence',
      says: 'they answer again',
      act: { kind: 'faults', clusters: chosen, faults: {} },
    },
  ]
}

/** A certificate runs out, and is issued anew some minutes later. */
export const certificate: BeatScript = ({ clusters, random }) => {
  const chosen = random
    .some(
      clusters.filter(({ environment }) => environment === 'prod'),
      1,
    )
    .map(({ name }) => name)
  const told = (ready: boolean) => ({
    kind: 'write' as const,
    clusters: chosen,
    as: operator('cert-manager', 'cert-manager-certificates-readiness'),
    request: {
      method: 'PATCH' as const,
      path: '/apis/cert-manager.io/v1/namespaces/checkout/certificates/checkout-tls/status',
      contentType: 'application/merge-patch+json',
      body: {
        status: {
          conditions: [
            ready
              ? { type: 'Ready', status: 'True', reason: 'Ready', message: 'Certificate is up to date' }
              : {
                  type: 'Ready',
                  status: 'False',
                  reason: 'Expired',
                  message: 'Certificate checkout-tls has expired',
                },
          ],
        },
      },
    },
  })
  return [
    { at: 0, beat: 'certificate', says: `checkout-tls runs out on ${chosen.join(', ')}`, act: told(false) },
    { at: minutes(6), beat: 'certificate', says: 'checkout-tls is issued anew', act: told(true) },
  ]
}

/** The far ones may fall silent; whoever works in dev works in the others, which answer. */
export function ofDev(clusters: readonly DrawnCluster[], { far }: { readonly far: boolean }): string[] {
  return clusters
    .filter(
      ({ environment, region }) => environment === 'dev' && (region === 'us' || region === 'ap') === far,
    )
    .map(({ name }) => name)
}
