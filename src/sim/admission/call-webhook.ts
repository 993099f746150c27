import { Agent, fetch } from 'undici'
import { isMap, type Json, type JsonMap, mapOf, mapsOf, textOf, textsOf } from '../../core/object/index.ts'
import { internalError, Refusal, refusal } from '../verbs/refusal.ts'
import { jsonPatched } from './json-patch.ts'

/** What a webhook made of an object. */
export interface Reviewed {
  readonly object: Json
  readonly warnings: readonly string[]
}

/**
 * Asks a webhook about a write (AdmissionReview v1). Throws a `Refusal` when it denies the request, or cannot be asked
 * and must be; one that may be left out leaves the object as it is.
 */
export async function callWebhook(webhook: JsonMap, request: JsonMap): Promise<Reviewed> {
  const name = textOf(webhook.name)
  const object = request.object ?? null
  const isDry = request.dryRun === true
  if (isDry && webhook.sideEffects !== 'None' && webhook.sideEffects !== 'NoneOnDryRun') {
    throw refusal(400, 'BadRequest', `admission webhook ${JSON.stringify(name)} does not support dry run`)
  }
  let response: JsonMap
  try {
    response = await ask(webhook, request)
  } catch (error) {
    if (webhook.failurePolicy === 'Ignore') return { object, warnings: [] }
    const why = error instanceof Error ? error.message : String(error)
    throw internalError(`failed calling webhook ${JSON.stringify(name)}: failed to call webhook: ${why}`)
  }
  if (response.allowed !== true) throw denial(name, mapOf(response.status))
  const warnings = textsOf(response.warnings)
  if (response.patchType !== 'JSONPatch') return { object, warnings }
  const patch: unknown = JSON.parse(Buffer.from(textOf(response.patch), 'base64').toString('utf8'))
  return { object: jsonPatched(object, mapsOf(patch as Json)), warnings }
}

async function ask({ clientConfig, timeoutSeconds }: JsonMap, request: JsonMap): Promise<JsonMap> {
  const { url, caBundle } = mapOf(clientConfig)
  // There is no network in which a Service would have an address.
  if (typeof url !== 'string') throw new Error('no endpoints available for service')
  const ca = Buffer.from(textOf(caBundle), 'base64').toString('utf8')
  const agent = new Agent(ca === '' ? {} : { connect: { ca } })
  const seconds = typeof timeoutSeconds === 'number' ? timeoutSeconds : 10
  try {
    const answer = await fetch(`${url}?timeout=${seconds}s`, {
      method: 'POST',
      dispatcher: agent,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request }),
      signal: AbortSignal.timeout(seconds * 1_000),
    })
    const body: unknown = await answer.json()
    if (!answer.ok || !isMap(body) || !isMap(body.response))
      throw new Error(`the webhook answered ${answer.status}`)
    return body.response
  } finally {
    await agent.close()
  }
}

/** Source: apiserver, pkg/admission/plugin/webhook/errors/statuserror.go. */
function denial(name: string, status: JsonMap): Refusal {
  const denied = `admission webhook ${JSON.stringify(name)} denied the request`
  const why = textOf(status.message) || textOf(status.reason)
  const code = typeof status.code === 'number' && status.code >= 400 ? status.code : 400
  return new Refusal({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    ...status,
    status: 'Failure',
    message: why === '' ? `${denied} without explanation` : `${denied}: ${why}`,
    code,
  })
}
