import { isFailure } from '../../core/failure.ts'
import { groupOf } from '../../core/object/index.ts'
import { Backoff, eachLimited, type Timer } from '../../runtime/index.ts'
import { isKubeFailure, type Watch, watchObjects } from '../../kube/index.ts'
import type { EngineContext } from '../engine-context.ts'
import type { Member } from '../members/index.ts'
import type { Session } from '../session/index.ts'

const settleMs = 1_000
const firstRetryMs = 2_000
const longestRetryMs = 300_000
const parallel = 8
/** A server publishes the types of a changed definition some time after the definition: so often it is looked again. */
const mostLooks = 5

/**
 * Watches the CustomResourceDefinitions, metadata only: when one changes, what the cluster serves and its
 * types are read again, and the receipts of its objects are made anew by dry-run (engine §3, case 20).
 */
export class DefinitionWatch {
  readonly #context: EngineContext
  readonly #renew: (member: Member) => Promise<void>
  readonly #onChange: () => void
  readonly #changed = new Set<string>()
  /** Groups whose types were the same as before when they were looked at, with the looks that are left. */
  readonly #looksLeft = new Map<string, number>()
  readonly #backoff = new Backoff({ baseMs: firstRetryMs, maxMs: longestRetryMs })
  #watch: Watch | undefined
  #timer: Timer | undefined
  #work: Promise<void> = Promise.resolve()

  constructor(context: EngineContext, renew: (member: Member) => Promise<void>, onChange: () => void) {
    this.#context = context
    this.#renew = renew
    this.#onChange = onChange
  }

  start(): void {
    const session = this.#context.session()
    const resource = session.resourceOf({ group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' })
    if (resource === undefined || this.#watch !== undefined) return
    if (this.#changed.size > 0) this.#renewIn(settleMs)
    let synced = false
    const defined = new Set<string>()
    this.#watch = watchObjects(
      session.client,
      resource,
      { metadataOnly: true },
      {
        onEvent: (event) => {
          const group = event.name.slice(event.name.indexOf('.') + 1)
          if (!synced) {
            defined.add(group)
            return
          }
          this.#changed.add(group)
          this.#looksLeft.set(group, mostLooks)
          this.#renewIn(settleMs)
        },
        onSynced: () => {
          if (!synced) this.#compare(defined)
          synced = true
        },
        onState: () => undefined,
        onProgress: () => undefined,
      },
    )
  }

  /** What was defined otherwise while nobody watched is found by the types of the receipts. */
  #compare(defined: ReadonlySet<string>): void {
    for (const { receipt, apiVersion } of this.#context.members.all()) {
      if (receipt !== undefined && defined.has(groupOf(apiVersion))) this.#changed.add(groupOf(apiVersion))
    }
    if (this.#changed.size > 0) this.#renewIn(settleMs)
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    const watch = this.#watch
    this.#watch = undefined
    await watch?.stop()
    await this.#work
  }

  #renewIn(ms: number): void {
    this.#timer ??= this.#context.clock.setTimeout(() => {
      this.#timer = undefined
      this.#work = this.#work.then(() => this.#renewChanged())
    }, ms)
  }

  /** Nothing of these groups had another type yet: it may only be published late. */
  #lookAgain(same: ReadonlySet<string>): void {
    for (const group of same) {
      const left = this.#looksLeft.get(group) ?? 0
      if (left > 0) this.#changed.add(group)
      this.#looksLeft.set(group, left - 1)
    }
    if (this.#changed.size === 0) {
      this.#backoff.reset()
      this.#looksLeft.clear()
    } else if (this.#watch !== undefined) this.#renewIn(this.#backoff.next())
  }

  async #renewChanged(): Promise<void> {
    const groups = new Set(this.#changed)
    this.#changed.clear()
    try {
      const session = this.#context.session()
      await session.rediscover()
      for (const group of groups) session.schemas.forget(group)
      const affected = [...this.#context.members.all()].filter(
        (member) => member.receipt !== undefined && groups.has(groupOf(member.apiVersion)),
      )
      const failures: unknown[] = []
      const same = new Set(affected.map((member) => groupOf(member.apiVersion)))
      await eachLimited(affected, parallel, async (member) => {
        try {
          const { hash } = await session.schemas.schemaOf(member.apiVersion, member.ref.kind)
          if (member.receipt?.schemaHash === hash) return
          same.delete(groupOf(member.apiVersion))
          await this.#renew(member)
        } catch (error) {
          if (!(await isGone(session, member, error))) failures.push(error)
        }
      })
      this.#onChange()
      if (failures.length > 0) throw failures[0]
      this.#lookAgain(same)
    } catch (error) {
      // While a definition comes or goes a server answers in halves: what it could not tell is asked for again.
      if (!isFailure(error) || !error.retryable) {
        this.#context.unexpected('reading changed definitions', error)
        return
      }
      for (const group of groups) this.#changed.add(group)
      if (this.#watch !== undefined) this.#renewIn(this.#backoff.next())
    }
  }
}

/** True when what is not served any more, or was deleted with its definition, has no receipt to renew. */
async function isGone(session: Session, { ref }: Member, error: unknown): Promise<boolean> {
  if (isFailure(error, 'no-such-kind') || isKubeFailure(error, 'unknown-kind', 'not-found')) return true
  // A definition that is on its way forbids to make what it has deleted already.
  const resource = isKubeFailure(error, 'forbidden') ? session.resourceOf(ref) : undefined
  if (resource === undefined) return false
  return (await session.client.get(resource, ref.namespace, ref.name)) === undefined
}
