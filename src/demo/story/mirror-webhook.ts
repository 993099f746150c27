import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { type JsonMap, mapOf, mapsOf, textOf } from '../../core/object/index.ts'
import { loopbackCertificate } from '../../runtime/index.ts'

const registry = 'registry.corp.example/'
const mirror = 'mirror.corp.example/'
const largestReview = 4 * 1024 * 1024

/** The name of its configuration in a cluster. */
export const webhookName = 'image-mirror'

/** A mutating webhook that makes images come from a mirror: the one that rewrites a field behind everybody's back. */
export interface MirrorWebhook {
  /** The MutatingWebhookConfiguration that makes a cluster ask it about Deployments of cart. */
  readonly configuration: JsonMap
  close(): Promise<void>
}

/** Serves it on loopback, on any port that is free. */
export async function serveMirrorWebhook(): Promise<MirrorWebhook> {
  const { key, certificate } = loopbackCertificate(Date.now())
  const server = createServer({ key, cert: certificate }, (request, response) => {
    void answer(request, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    configuration: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: webhookName },
      webhooks: [
        {
          name: 'mirror.images.example',
          clientConfig: {
            url: `https://127.0.0.1:${port}/mutate`,
            caBundle: Buffer.from(certificate).toString('base64'),
          },
          rules: [
            {
              apiGroups: ['apps'],
              apiVersions: ['v1'],
              operations: ['CREATE', 'UPDATE'],
              resources: ['deployments'],
            },
          ],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'cart' } },
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          failurePolicy: 'Ignore',
          timeoutSeconds: 5,
        },
      ],
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk)
    if (text.length > largestReview) break
  }
  let review: JsonMap
  try {
    review = mapOf(JSON.parse(text))
  } catch {
    response.writeHead(400).end()
    return
  }
  const asked = mapOf(review['request'])
  const patch = mirrored(mapOf(asked['object']))
  const answered = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid: textOf(asked['uid']),
      allowed: true,
      ...(patch.length === 0
        ? {}
        : { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') }),
    },
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answered))
}

function mirrored(deployment: JsonMap): JsonMap[] {
  const template = mapOf(mapOf(deployment['spec'])['template'])
  return mapsOf(mapOf(template['spec'])['containers']).flatMap(({ image }, at) =>
    textOf(image).startsWith(registry)
      ? [
          {
            op: 'replace',
            path: `/spec/template/spec/containers/${at}/image`,
            value: textOf(image).replace(registry, mirror),
          },
        ]
      : [],
  )
}
