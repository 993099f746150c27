import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Json, JsonMap, KubeObject } from '../../src/core/object/index.ts'
import { makeCertificate } from '../faults/certificate.ts'
import type { Rig } from './rig.ts'

export interface Webhook {
  /** How many requests it has answered, dry-runs among them. */
  calls(): number
  stop(): Promise<void>
}

interface Review {
  readonly request: { readonly uid: string; readonly object: KubeObject & JsonMap }
}

/**
 * A real mutating admission webhook over HTTPS, for updates of one resource in the rig's namespace. `patch`
 * answers a JSON patch, empty to leave the object as it is. Resolves once the API server calls it.
 */
export async function startWebhook(
  rig: Rig,
  rule: { readonly group: string; readonly version: string; readonly resource: string },
  probe: { readonly object: string },
  patch: (object: KubeObject & JsonMap) => readonly Json[],
): Promise<Webhook> {
  const authority = makeCertificate({ name: 'webhooks' })
  const leaf = makeCertificate({ name: '127.0.0.1', hosts: ['127.0.0.1'], issuer: authority })
  let calls = 0
  const server = createServer({ cert: leaf.certPem, key: leaf.keyPem }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const review = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Review
      calls += 1
      const change = Buffer.from(JSON.stringify(patch(review.request.object))).toString('base64')
      const answer = { uid: review.request.uid, allowed: true, patchType: 'JSONPatch', patch: change }
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }),
      )
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const name = `rewrite-${rig.namespace}`
  await rig.kubectlStdin('admin', configuration(name, rig, rule, port, authority.certPem), 'create')
  // A change without effect that reaches admission and stores nothing.
  const knock = ['annotate', probe.object, 'knock=x', '--dry-run=server']
  await rig.until('the API server calls the webhook', async () => {
    await rig.kubectl('admin', ...knock)
    return calls > 0
  })
  return {
    calls: () => calls,
    async stop() {
      await rig.server.mustKubectl('admin', ['delete', 'mutatingwebhookconfiguration', name])
      server.close()
      server.closeAllConnections()
    },
  }
}

function configuration(
  name: string,
  rig: Rig,
  rule: { readonly group: string; readonly version: string; readonly resource: string },
  port: number,
  caPem: string,
): KubeObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name: 'rewrite.example.dev',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Ignore',
        clientConfig: {
          url: `https://127.0.0.1:${port}/`,
          caBundle: Buffer.from(caPem).toString('base64'),
        },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': rig.namespace } },
        rules: [
          {
            apiGroups: [rule.group],
            apiVersions: [rule.version],
            operations: ['UPDATE'],
            resources: [rule.resource],
          },
        ],
      },
    ],
  }
}
