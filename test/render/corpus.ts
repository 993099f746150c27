import { join } from 'node:path'
import type { HelmRequest } from '../../src/render/index.ts'

/** One source of the corpus. */
export interface CorpusCase {
  /** The folder of `test/fixtures/corpus`, whose SOURCE says where it is from. */
  readonly from: string
  readonly path: string
  readonly helm?: Partial<HelmRequest>
}

/** Where the corpus lies. */
export const corpusFolder = join(import.meta.dirname, '..', 'fixtures', 'corpus')

/** Trees and charts of public repositories as people have them, bases and overlays apart. */
export const corpus: readonly CorpusCase[] = [
  kustomize('descheduler', 'kubernetes/cronjob', 'kubernetes/deployment', 'kubernetes/job'),
  kustomize('external-dns', 'kustomize'),
  kustomize(
    'external-snapshotter',
    'deploy/kubernetes/csi-snapshotter',
    'deploy/kubernetes/snapshot-controller',
  ),
  kustomize(
    'flux-example',
    'apps/production',
    'apps/staging',
    'infrastructure/configs',
    'infrastructure/controllers',
  ),
  kustomize('gatekeeper', 'config/default'),
  kustomize('kube-state-metrics', '.', 'examples/standard', 'examples/autosharding'),
  kustomize(
    'kustomize-examples',
    'examples/helloWorld',
    'examples/ldap/overlays/production',
    'examples/ldap/overlays/staging',
    'examples/multibases',
    'examples/springboot/overlays/production',
    'examples/springboot/overlays/staging',
    'examples/wordpress',
  ),
  kustomize('kyverno-policies', 'pod-security', 'pod-security/enforce'),
  kustomize('metrics-server', 'manifests/overlays/release', 'manifests/overlays/release-ha-1.21+'),
  kustomize(
    'node-feature-discovery',
    'deployment/overlays/default',
    'deployment/overlays/master-worker-topologyupdater',
    'deployment/overlays/samples/custom-rules',
  ),
  kustomize('node-problem-detector', 'deployment'),
  kustomize(
    'podinfo',
    'kustomize',
    'deploy/overlays/dev',
    'deploy/overlays/staging',
    'deploy/overlays/production',
  ),
  kustomize('reloader', 'deployments/kubernetes'),
  chart('cluster-proportional-autoscaler', 'charts/cluster-proportional-autoscaler', {
    set: ['options.target=deployment/coredns', 'config.linear.nodesPerReplica=2'],
  }),
  chart('descheduler', 'charts/descheduler', { set: ['kind=Deployment'] }),
  chart('external-dns', 'charts/external-dns', { set: ['policy=sync', 'provider.name=aws'] }),
  chart('gatekeeper', 'charts/gatekeeper', { includeCrds: true }),
  chart('helm-examples', 'charts/hello-world'),
  chart('ingress-nginx', 'charts/ingress-nginx', {
    set: ['controller.metrics.enabled=true', 'controller.kind=DaemonSet'],
  }),
  chart('metrics-server', 'charts/metrics-server', { set: ['args={--kubelet-insecure-tls}', 'replicas=2'] }),
  chart('podinfo', 'charts/podinfo', {
    set: ['ingress.enabled=true', 'hpa.enabled=true', 'redis.enabled=true'],
  }),
  chart('reloader', 'deployments/kubernetes/chart/reloader', { setString: ['image.tag=1e3'] }),
  chart('sealed-secrets', 'helm/sealed-secrets', { includeCrds: true }),
].flat()

function kustomize(from: string, ...paths: readonly string[]): CorpusCase[] {
  return paths.map((path) => ({ from, path }))
}

/** A chart as it comes, where it can be rendered so, and with values. */
function chart(from: string, path: string, helm?: Partial<HelmRequest>): CorpusCase[] {
  const bare =
    from === 'external-dns' || from === 'cluster-proportional-autoscaler' ? [] : [{ from, path, helm: {} }]
  return helm === undefined ? bare : [...bare, { from, path, helm }]
}
