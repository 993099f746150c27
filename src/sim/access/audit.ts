import type { JsonMap } from '../../core/object/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { Answer, Incoming } from '../http/answer.ts'
import type { Understood } from '../http/cluster-answer.ts'
import { derivedUid } from '../store/index.ts'
import type { User } from './user.ts'

/** One audit event, `audit.k8s.io/v1`. */
export type AuditEvent = JsonMap

/** In each of perhaps a thousand clusters, bodies included. */
const mostKept = 50

/** What happened in one cluster, by whom: every request, with bodies of writes, as an API server audits it. */
export class AuditLog {
  readonly #cluster: string
  readonly #clock: Clock
  readonly #listeners = new Set<(event: AuditEvent) => void>()
  #kept: AuditEvent[] = []
  #count = 0

  constructor(cluster: string, clock: Clock) {
    this.#cluster = cluster
    this.#clock = clock
  }

  /** The latest events, oldest first. */
  get events(): readonly AuditEvent[] {
    return this.#kept.slice(-mostKept)
  }

  /** Calls `listener` with every event from now on; the answer ends that. */
  subscribe(listener: (event: AuditEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Records a request that has been answered. Reading is recorded without bodies. */
  record(incoming: Incoming, understood: Understood, answer: Answer, receivedMs: number): void {
    this.#count += 1
    const { route, verb, user, as } = understood
    const isWrite = incoming.method !== 'GET' && incoming.method !== 'HEAD'
    const object = 'body' in answer && isObject(answer.body) ? answer.body : undefined
    const event: AuditEvent = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: isWrite ? 'RequestResponse' : 'Metadata',
      auditID: derivedUid(this.#cluster, 'audit', String(this.#count)),
      stage: 'ResponseComplete',
      requestURI: incoming.address,
      verb,
      user: user === undefined ? {} : userInfo(user),
      ...(as === undefined ? {} : { impersonatedUser: userInfo(as) }),
      sourceIPs: [incoming.from],
      userAgent: incoming.headers.first('user-agent'),
      ...(route.kind === 'path' ? {} : { objectRef: objectRef(route, object) }),
      responseStatus: responseStatus(answer, object),
      ...(isWrite ? bodiesOf(incoming, object) : {}),
      requestReceivedTimestamp: microTime(receivedMs),
      stageTimestamp: microTime(this.#clock.now()),
    }
    this.#kept.push(event)
    if (this.#kept.length > 2 * mostKept) this.#kept = this.#kept.slice(-mostKept)
    for (const listener of this.#listeners) listener(event)
  }
}

function objectRef(
  route: Extract<Understood['route'], { kind: 'resource' }>,
  object: JsonMap | undefined,
): JsonMap {
  const { group, version, plural, namespace, name, subresource } = route
  const metadata = object?.kind === 'Status' ? undefined : object?.metadata
  const created = isObject(metadata) && typeof metadata.name === 'string' ? metadata.name : ''
  return {
    resource: plural,
    ...(namespace === '' ? {} : { namespace }),
    ...(name === '' && created === '' ? {} : { name: name === '' ? created : name }),
    ...(group === '' ? {} : { apiGroup: group }),
    apiVersion: version,
    ...(subresource === '' ? {} : { subresource }),
  }
}

function responseStatus(answer: Answer, object: JsonMap | undefined): JsonMap {
  const status = object?.kind === 'Status' ? object : {}
  const { status: outcome, message, reason } = status
  return {
    metadata: {},
    ...(outcome === undefined ? {} : { status: outcome }),
    ...(message === undefined ? {} : { message }),
    ...(reason === undefined ? {} : { reason }),
    code: answer.code,
  }
}

/** Bodies that are no JSON are left out: an API server would show them decoded. */
function bodiesOf({ body }: Incoming, object: JsonMap | undefined): JsonMap {
  let sent: unknown
  try {
    sent = body[0] === 0x7b || body[0] === 0x5b ? JSON.parse(Buffer.from(body).toString('utf8')) : undefined
  } catch {
    sent = undefined
  }
  return {
    ...(sent === undefined ? {} : { requestObject: sent as JsonMap }),
    ...(object === undefined ? {} : { responseObject: object }),
  }
}

function userInfo({ name, uid, groups, extra }: User): JsonMap {
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(extra === undefined ? {} : { extra }),
  }
}

function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z')
}

function isObject(value: unknown): value is JsonMap {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  )
}
