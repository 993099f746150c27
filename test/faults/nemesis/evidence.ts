import { isMap, type JsonMap } from '../../../src/core/object/index.ts'
import type { FaultPlan } from '../../../src/sim/faults/index.ts'
import type { FleetState } from './fleet-state.ts'

/** One request to a cluster, from its audit log. */
export interface Seen {
  /** In which order everything of a run happened. */
  readonly order: number
  /** When it was answered. */
  readonly ms: number
  readonly cluster: string
  readonly user: string
  readonly verb: string
  readonly resource: string
  readonly namespace: string
  readonly name: string
  readonly code: number
  /** It asks for all objects of the kind: a whole list, or a watch that begins with one. */
  readonly listsAll: boolean
  /** It took effect: it was no dry-run and was answered with success. */
  readonly done: boolean
  readonly sent: JsonMap | undefined
  readonly answered: JsonMap | undefined
}

/** What the hub said about one bundle on one cluster. */
export interface Told {
  /** When it was asked, and when it had answered. */
  readonly asked: { readonly order: number; readonly ms: number }
  readonly order: number
  readonly cluster: string
  readonly bundle: string
  readonly state: string
  readonly revision: string | undefined
  readonly desired: { readonly revision: string; readonly variant: string }
}

/** The branch of the fleet moved to a commit. */
export interface Head {
  readonly order: number
  readonly revision: string
  readonly state: FleetState
}

/** A plan of the hub that deletes. */
export interface DeletionPlan {
  readonly cluster: string
  readonly revision: string
  readonly uids: readonly string[]
  readonly approved: boolean
  readonly createdMs: number
}

/** Everything that is known of a run, in order. The oracle sees nothing else. */
export class Evidence {
  readonly seen: Seen[] = []
  readonly told: Told[] = []
  readonly heads: Head[] = []
  readonly faults: { order: number; ms: number; cluster: string; plan: FaultPlan }[] = []
  readonly restores: { order: number; cluster: string }[] = []
  /** How often the hub was killed. */
  kills = 0
  /** From when on nothing was wrong and nobody changed anything, and until when. */
  steady: { from: number; to: number } | undefined
  plans: readonly DeletionPlan[] = []
  /** Everything that the hub said, wrote and keeps where no secret may stand, by where. */
  readonly texts = new Map<string, string>()
  #order = 0

  next(): number {
    this.#order += 1
    return this.#order
  }

  /** Takes an audit event of a cluster. */
  hear(cluster: string, event: JsonMap): void {
    const ref = isMap(event.objectRef) ? event.objectRef : {}
    const code = isMap(event.responseStatus) ? Number(event.responseStatus.code) : 0
    const address = text(event.requestURI)
    const query = new URLSearchParams(address.slice(address.indexOf('?') + 1))
    const verb = text(event.verb)
    this.seen.push({
      order: this.next(),
      ms: performance.now(),
      cluster,
      user: isMap(event.user) ? text(event.user.username) : '',
      verb,
      resource: text(ref.resource),
      namespace: text(ref.namespace),
      name: text(ref.name),
      code,
      // Of a list of one object only the revision is wanted.
      listsAll: verb === 'list' ? query.get('limit') !== '1' : query.get('sendInitialEvents') === 'true',
      done: code >= 200 && code < 300 && !address.includes('dryRun='),
      sent: isMap(event.requestObject) ? event.requestObject : undefined,
      answered: isMap(event.responseObject) ? event.responseObject : undefined,
    })
  }

  /** The head of the branch at a moment. */
  headAt(order: number): Head | undefined {
    return this.heads.findLast((head) => head.order <= order)
  }
}

/** Writes of the hub's account, and what it deletes. */
export const changing: ReadonlySet<string> = new Set([
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
])
export const ours = 'evenkeel'
export const setNamespace = 'evenkeel-system'

/** A text as it is; anything else is none. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
