import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { isMap, type Json, type JsonMap, mapOf } from '../../src/core/object/index.ts'
import { loopbackCertificate } from '../../src/runtime/index.ts'
import type { Stage } from './stage.ts'

/** What a webhook answers: parts of an AdmissionResponse, with the patch as it is; a text is no review at all. */
export type Opinion = (JsonMap & { readonly changes?: readonly Json[] }) | string

export interface WebhookOptions {
  /** The ending of its kind's name and of its collection. */
  readonly as: 'Mutating' | 'Validating'
  readonly operations: readonly string[]
  readonly groups: readonly string[]
  readonly resources: readonly string[]
  /** Whatever else its entry has. */
  readonly more?: JsonMap
  readonly answer: (request: JsonMap) => Opinion
}

const group = '/apis/admissionregistration.k8s.io/v1'

/**
 * Plays with an admission webhook over HTTPS that is asked about the stage's namespace only. What it is asked goes into
 * the transcript, but for the probes by which the stage waits until the server knows it.
 */
export async function withWebhook(
  on: Stage,
  options: WebhookOptions,
  play: () => Promise<void>,
): Promise<void> {
  const heard: JsonMap[] = []
  const { key, certificate } = loopbackCertificate(Date.now())
  const server = createServer({ key, cert: certificate }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const review: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
      const asked = isMap(review) ? mapOf(review.request) : {}
      heard.push(asked)
      response.setHeader('content-type', 'application/json')
      response.end(reviewed(asked, options.answer(asked)))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const collection = `${group}/${options.as.toLowerCase()}webhookconfigurations`
  const probe: JsonMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'probe' } }
  const json = 'application/json'
  try {
    const url = `https://127.0.0.1:${port}/`
    const configuration = webhookConfiguration(on, options, {
      url,
      caBundle: Buffer.from(certificate).toString('base64'),
    })
    const made = await on.quiet({
      method: 'POST',
      path: collection,
      contentType: json,
      body: JSON.stringify(configuration),
    })
    if (made.status !== 201) throw new Error(`cannot configure a webhook: ${JSON.stringify(made.body)}`)
    const path = `${on.at('v1', 'configmaps')}?dryRun=All`
    const knock = { method: 'POST', path, contentType: json, body: JSON.stringify(probe) } as const
    await on.until(knock, () => heard.length > 0)
    heard.length = 0
    const counted: JsonMap[] = []
    // A server whose cache is behind asks again with what is stored: the last question is the one that counts.
    on.answered = () => void counted.push(...heard.splice(0).slice(-1))
    await play()
    on.note('what the webhook was asked', counted)
  } finally {
    on.answered = () => undefined
    await on.quiet({ method: 'DELETE', path: `${collection}/${on.namespace}` })
    server.close()
    server.closeAllConnections()
  }
}

/** The configuration of one webhook; its probes are ConfigMaps that are created. */
export function webhookConfiguration(
  { namespace }: Stage,
  { as, operations, groups, resources, more = {} }: Omit<WebhookOptions, 'answer'>,
  clientConfig: JsonMap,
): JsonMap {
  const rule = (apiGroups: readonly string[], ofResources: readonly string[], of: readonly string[]) => ({
    apiGroups,
    apiVersions: ['*'],
    operations: of,
    resources: ofResources,
  })
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${as}WebhookConfiguration`,
    metadata: { name: namespace },
    webhooks: [
      {
        name: 'opinion.example.dev',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig,
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        rules: [rule(groups, resources, operations), rule([''], ['configmaps'], ['CREATE'])],
        ...more,
      },
    ],
  }
}

function reviewed({ uid }: JsonMap, opinion: Opinion): string {
  if (typeof opinion === 'string') return opinion
  const { changes, ...rest } = opinion
  const patch =
    changes === undefined
      ? {}
      : { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(changes)).toString('base64') }
  const response = { uid: uid ?? '', allowed: true, ...patch, ...rest }
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response })
}
