import { Agent, fetch } from 'undici'
import { isMap, type Json, type JsonMap, mapOf, mapsOf, textOf, textsOf } from '../../core/object/index.ts'
import { warningHeaders } from '../http/answer.ts'
import { internalError, Refusal, refusal } from '../verbs/refusal.ts'
import { jsonPatched } from './json-patch.ts'

/** What a webhook made of an object. */
export interface Reviewed {
  readonly object: Json
  readonly warnings: readonly string[]
}

/**
 * Asks a webhook about a write (AdmissionReview v1), with the warnings of those before it. Throws a `Refusal` when it
 * denies the request, or cannot be asked and must be; one that may be left out leaves the object as it is.
 */
export async function callWebhook(webhook: JsonMap, request: JsonMap, mayChange: boolean): Promise<Reviewed> {
  const name = textOf(webhook.name)
  const object = request.object ?? null
  const isDry = request.dryRun === true
  if (isDry && webhook.sideEffects !== 'None' && webhook.sideEffects !== 'NoneOnDryRun') {
    throw refusal(400, 'BadRequest', `admission webhook ${JSON.stringify(name)} does not support dry run`)
  }
  let response: JsonMap
  try {
    response = await ask(webhook, request)
    const wrong = wrongIn(response, request, mayChange)
    if (wrong !== undefined) throw new Error(`received invalid webhook response: ${wrong}`)
  } catch (error) {
    if (webhook.failurePolicy === 'Ignore') return { object, warnings: [] }
    throw internalError(`failed calling webhook ${JSON.stringify(name)}: ${wordsOf(error)}`)
  }
  const warnings = textsOf(response.warnings)
  if (response.allowed !== true) throw denial(name, mapOf(response.status), warnings)
  const patch = patchIn(response)
  if (patch.length === 0) return { object, warnings }
  if (object === null) {
    const what = 'attempted to modify the object, which is not supported for this operation'
    throw internalError(`admission webhook ${JSON.stringify(name)} ${what}`)
  }
  try {
    return { object: jsonPatched(object, patch), warnings }
  } catch (error) {
    throw internalError(wordsOf(error))
  }
}

/** What a response must not be. Source: apiserver, pkg/admission/plugin/webhook/request/admissionreview.go. */
function wrongIn(response: JsonMap, { uid }: JsonMap, mayChange: boolean): string | undefined {
  const { patch, patchType } = response
  if (response.uid !== uid)
    return `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(textOf(response.uid))}`
  const hasPatch = textOf(patch) !== ''
  if (!mayChange) {
    if (hasPatch) return 'validating webhook may not return response.patch'
    return patchType === undefined ? undefined : 'validating webhook may not return response.patchType'
  }
  if (hasPatch && patchType === undefined) return 'webhook returned response.patch but not response.patchType'
  return !hasPatch && patchType !== undefined
    ? 'webhook returned response.patchType but not response.patch'
    : undefined
}

function patchIn({ patch }: JsonMap): readonly JsonMap[] {
  if (patch === undefined) return []
  return mapsOf(JSON.parse(Buffer.from(textOf(patch), 'base64').toString('utf8')) as Json)
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function ask(webhook: JsonMap, request: JsonMap): Promise<JsonMap> {
  try {
    return await post(webhook, request)
  } catch (error) {
    throw new Error(`failed to call webhook: ${wordsOf(error)}`, { cause: error })
  }
}

async function post({ clientConfig, timeoutSeconds }: JsonMap, request: JsonMap): Promise<JsonMap> {
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
function denial(name: string, status: JsonMap, warnings: readonly string[]): Refusal {
  const denied = `admission webhook ${JSON.stringify(name)} denied the request`
  const why = textOf(status.message) || textOf(status.reason)
  const code = typeof status.code === 'number' && status.code >= 400 ? status.code : 400
  const refused = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    ...status,
    status: 'Failure',
    message: why === '' ? `${denied} without explanation` : `${denied}: ${why}`,
    code,
  }
  const { warning } = warningHeaders(warnings)
  return new Refusal(refused, warning === undefined ? {} : { warning: warning.join(', ') })
}
