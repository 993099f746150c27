import { reasonOf } from '../../core/failure.ts'
import { isMap, type JsonMap, type KubeObject, valueAt } from '../../core/object/index.ts'
import {
  ClusterClient,
  inClusterConnection,
  type InClusterOptions,
  isKubeFailure,
  type ResourceRef,
} from '../../kube/index.ts'
import { Redacted, systemClock } from '../../runtime/index.ts'
import { HubFailure } from '../failure.ts'

/** A key of a Secret in the cluster where the hub runs. */
interface SecretSource {
  /** The Pod's own without it. */
  readonly namespace?: string | undefined
  readonly name: string
  /** The only key of the Secret without it. */
  readonly key?: string | undefined
}

const secrets: ResourceRef = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true }

/** How long a value is used again, so that many clusters with one credential cost one request. */
const keptMs = 5_000

interface Kept {
  readonly until: number
  readonly text: Promise<Redacted>
}

/**
 * Secrets of the cluster where the hub runs, read with the account of its Pod. A value is used again for seconds, a failure not
 * at all; each read opens a connection of its own and closes it.
 */
export class ClusterSecrets {
  readonly #account: InClusterOptions
  readonly #kept = new Map<string, Kept>()

  constructor(account: InClusterOptions) {
    this.#account = account
  }

  /** The value that stands there for `credential`. Throws `no-credential` with what is missing or not allowed. */
  read(credential: string, source: SecretSource): Promise<Redacted> {
    const now = (this.#account.clock ?? systemClock).now()
    const known = this.#kept.get(credential)
    if (known !== undefined && now < known.until) return known.text
    const kept: Kept = { until: now + keptMs, text: this.#ask(credential, source) }
    this.#kept.set(credential, kept)
    kept.text.catch(() => {
      if (this.#kept.get(credential) === kept) this.#kept.delete(credential)
    })
    return kept.text
  }

  async #ask(credential: string, source: SecretSource): Promise<Redacted> {
    const connection = await inClusterConnection(this.#account).catch((error: unknown) => {
      const hint = 'run the hub inside a cluster, or name a file or an env in place of the Secret'
      throw wrong(credential, `cannot read Secret ${source.name}: ${reasonOf(error)}`, hint, error)
    })
    const namespace = source.namespace ?? connection.namespace
    if (namespace === undefined) {
      const why = `cannot read Secret ${source.name}: the Pod's account does not say its namespace`
      throw wrong(credential, why, 'write the namespace of the Secret in spec.credentials of hub.yaml')
    }
    const place = `Secret ${namespace}/${source.name}`
    const { clock } = this.#account
    const client = new ClusterClient(connection, clock === undefined ? {} : { clock })
    try {
      const secret = await client.get(secrets, namespace, source.name)
      if (secret !== undefined) return valueIn(secret, place, credential, source.key)
    } catch (error) {
      if (!isKubeFailure(error)) throw error
      const isForbidden = error.code === 'forbidden'
      const why = isForbidden ? "the hub's service account may not get it" : reasonOf(error)
      const right = `give it a Role in namespace ${namespace} with get on secrets, resourceNames [${source.name}]`
      const hint = isForbidden ? right : (error.hint ?? 'look at the API server of the cluster of the hub')
      throw wrong(credential, `cannot read ${place}: ${why}`, hint, error)
    } finally {
      await client.close()
    }
    const hint = `create Secret ${source.name} in namespace ${namespace}; it is read again at the next use`
    throw wrong(credential, `cannot read ${place}: it is not there`, hint)
  }
}

/** A Secret as people name it; its namespace where hub.yaml says it. */
export function secretText({ namespace, name, key }: SecretSource): string {
  const place = namespace === undefined ? name : `${namespace}/${name}`
  return key === undefined ? `Secret ${place}` : `key ${key} of Secret ${place}`
}

function valueIn(
  secret: KubeObject,
  place: string,
  credential: string,
  wanted: string | undefined,
): Redacted {
  const data = valueAt(secret, 'data')
  const values = isMap(data) ? data : {}
  const key = wanted ?? onlyKeyOf(values)
  if (key === undefined) {
    const why = `cannot read ${place}: it holds ${keysText(values)}, wanted one, or key to say which`
    throw wrong(
      credential,
      why,
      'write the key in spec.credentials of hub.yaml, beside the name of the Secret',
    )
  }
  const value = Object.hasOwn(values, key) ? values[key] : undefined
  if (typeof value === 'string') return new Redacted(Buffer.from(value, 'base64').toString('utf8'))
  const why = `cannot read key ${key} of ${place}: it holds ${keysText(values)}`
  throw wrong(
    credential,
    why,
    `add ${key} to the Secret, or name another key in spec.credentials of hub.yaml`,
  )
}

function wrong(credential: string, why: string, hint: string, cause?: unknown): HubFailure {
  const subject = `credential ${credential}`
  return new HubFailure('no-credential', `${subject}: ${why}`, { cause, subject, retryable: true, hint })
}

function onlyKeyOf(values: JsonMap): string | undefined {
  const keys = Object.keys(values)
  return keys.length === 1 ? keys[0] : undefined
}

/** Names of keys are no secret. */
function keysText(values: JsonMap): string {
  const keys = Object.keys(values).toSorted()
  if (keys.length === 0) return 'no keys'
  return `${keys.length === 1 ? 'key' : 'keys'} ${keys.join(', ')}`
}
