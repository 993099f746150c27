import { runOutcome } from '../../core/health/index.ts'
import { deletionBlockedBy } from '../../core/inventory/index.ts'
import { type KubeObject, nameOf } from '../../core/object/index.ts'
import { hookOrder } from '../../core/waves/index.ts'
import { isKubeFailure } from '../../kube/index.ts'
import { bundleLabel, fieldManager, hookAnnotation } from '../names.ts'
import type { Hook } from '../../core/bundle/index.ts'
import type { Assignment, HookRun } from '../ports.ts'
import type { Session } from '../session/index.ts'
import type { Writer } from './apply-wanted.ts'
import type { HookBook } from './hook-book.ts'
import type { Wanted } from './resolve.ts'

/** What a look at the hooks of one time came to. */
export type HookStep =
  /** All of them have ended well. */
  | { readonly kind: 'done' }
  /** One is under way: look again soon. */
  | { readonly kind: 'waiting'; readonly reason: string }
  /** One has failed: nothing after it is applied. */
  | { readonly kind: 'failed'; readonly reason: string }

/** Kinds that cannot be applied over: they run once. */
const runOnce = new Set(['batch/Job', '/Pod'])

/**
 * Runs hooks, one after the other, each to its end; once for each rendering. It never waits: a pass goes as far as it
 * can, and the next one goes on. Hooks are recorded in the inventory before they are made, so that none leaks; they are
 * no members: nothing about them is drift.
 */
export class HookRunner {
  readonly #writer: Writer
  readonly #book: HookBook

  constructor(writer: Writer, book: HookBook) {
    this.#writer = writer
    this.#book = book
  }

  /** The hooks of one time that have not ended well yet, in order. */
  pending(assignment: Assignment, hooks: readonly Wanted[], when: Hook['when']): Wanted[] {
    if (this.#book.isOver(assignment)) return []
    const { runs } = this.#book.of(assignment)
    const ended = new Set(runs.flatMap(({ key, state }) => (state === 'succeeded' ? [key] : [])))
    const asHooks = hooks.flatMap((wanted) => {
      const { hook } = wanted.content
      return hook === undefined || ended.has(wanted.key) ? [] : [{ hook, ref: wanted.target.ref, wanted }]
    })
    return hookOrder(asHooks, when).map(({ wanted }) => wanted)
  }

  /** How the hook stands that was begun, without a request where it is known; undefined when none is under way. */
  async underWay(
    session: Session,
    assignment: Assignment,
    hooks: readonly Wanted[],
  ): Promise<HookStep | undefined> {
    if (this.#book.isOver(assignment)) return undefined
    for (const run of this.#book.of(assignment).runs) {
      const wanted = hooks.find(({ key }) => key === run.key)
      if (wanted === undefined || run.state === 'succeeded') continue
      const step = await this.#follow(session, assignment, wanted, run)
      if (step.kind !== 'done') return step
    }
    return undefined
  }

  /** Runs what is left of one time, as far as it goes now. */
  async run(
    session: Session,
    assignment: Assignment,
    hooks: readonly Wanted[],
    when: Hook['when'],
  ): Promise<HookStep> {
    for (const wanted of this.pending(assignment, hooks, when)) {
      const known = this.#book.of(assignment).runs.find(({ key }) => key === wanted.key)
      const run = known ?? (await this.#begin(session, assignment, wanted))
      if ('kind' in run) return run
      const step = await this.#follow(session, assignment, wanted, run)
      if (step.kind !== 'done') return step
    }
    return { kind: 'done' }
  }

  /** Makes the object of a hook. One that was made before a crash is taken up where it stands. */
  async #begin(session: Session, assignment: Assignment, wanted: Wanted): Promise<HookRun | HookStep> {
    const { context } = this.#writer
    const { resource, ref } = wanted.target
    const mark = `${this.#book.of(assignment).attempt} ${assignment.variant}`
    context.assertWanted(assignment)
    await this.#leaveMembers(wanted)
    let live = await session.client.get(resource, ref.namespace, ref.name)
    if (live !== undefined && live.metadata.annotations?.[hookAnnotation] !== mark) {
      const replaced = await this.#replace(session, assignment, wanted, live)
      if (replaced !== undefined) return replaced
      live = undefined
    }
    await this.#record(session, assignment, wanted, live?.metadata.uid)
    if (live === undefined) {
      const annotations = { ...wanted.target.object.metadata.annotations, [hookAnnotation]: mark }
      const object = {
        ...wanted.target.object,
        metadata: { ...wanted.target.object.metadata, annotations },
      }
      context.assertWanted(assignment)
      const reply = await session.client.apply(resource, object, { manager: fieldManager, force: false })
      live = reply.object
      await this.#record(session, assignment, wanted, live.metadata.uid)
    }
    const since = new Date(context.clock.now()).toISOString()
    const run: HookRun = { key: wanted.key, uid: live.metadata.uid ?? '', since, state: 'running' }
    await this.#book.noteRun(assignment, run)
    return run
  }

  /** How a hook that was begun stands; when it has ended, its delete policy is followed. */
  async #follow(session: Session, assignment: Assignment, wanted: Wanted, run: HookRun): Promise<HookStep> {
    const name = hookName(wanted)
    if (run.state === 'succeeded') return { kind: 'done' }
    if (run.state === 'failed') return { kind: 'failed', reason: failureText(name, run.message) }
    const { context } = this.#writer
    const { resource, ref } = wanted.target
    const live = await session.client.get(resource, ref.namespace, ref.name)
    const there = live?.metadata.uid === run.uid ? live : undefined
    const outcome =
      there === undefined
        ? { state: 'failed' as const, message: 'it was deleted before its end was seen' }
        : runOutcome(there)
    const late = context.clock.now() - Date.parse(run.since) >= assignment.waveTimeout
    if (outcome.state === 'running' && !late) {
      return { kind: 'waiting', reason: `waits for ${name}: ${outcome.message}` }
    }
    const ended: HookRun =
      outcome.state === 'running'
        ? {
            ...run,
            state: 'failed',
            message: `it has not ended after ${assignment.waveTimeout / 1000} s: ${outcome.message}`,
          }
        : { ...run, state: outcome.state, message: outcome.message }
    await this.#book.noteRun(assignment, ended)
    const { bundle } = assignment
    const told = { bundle, key: wanted.key }
    if (ended.state === 'failed') {
      context.emit({ ...told, type: 'apply-failed', message: failureText(name, ended.message) })
    } else context.emit({ ...told, type: 'applied', message: `${name}: ${ended.message ?? 'it has ended'}` })
    const policy = ended.state === 'failed' ? 'failed' : 'succeeded'
    if (there !== undefined && wanted.content.hook?.deletePolicy.includes(policy) === true) {
      await this.#delete(session, assignment, wanted, there)
    }
    return ended.state === 'failed'
      ? { kind: 'failed', reason: failureText(name, ended.message) }
      : { kind: 'done' }
  }

  /** Clears the way where an earlier object of the name stands; answers what hinders that. */
  async #replace(
    session: Session,
    assignment: Assignment,
    wanted: Wanted,
    live: KubeObject,
  ): Promise<HookStep | undefined> {
    const name = hookName(wanted)
    const entry = {
      ref: wanted.target.ref,
      apiVersion: wanted.target.object.apiVersion,
      uid: live.metadata.uid,
    }
    const ours = live.metadata.labels?.[bundleLabel] === assignment.bundle
    const blocked = deletionBlockedBy(live, entry, fieldManager)
    if (!ours || blocked !== undefined) {
      const why = ours ? blocked : 'an object of its name exists that this bundle did not make'
      return { kind: 'failed', reason: `${name}: cannot run: ${why}` }
    }
    const { group, kind } = wanted.target.ref
    if (wanted.content.hook?.deletePolicy.includes('before-creation') !== true) {
      if (!runOnce.has(`${group}/${kind}`)) return undefined
      const reason = `${name}: cannot run: an earlier one stands there, and its delete policy keeps it`
      return { kind: 'failed', reason: `${reason}; delete it, or add before-hook-creation to the policy` }
    }
    if (live.metadata.deletionTimestamp === undefined) await this.#delete(session, assignment, wanted, live)
    const left = await session.client.get(
      wanted.target.resource,
      wanted.target.ref.namespace,
      wanted.target.ref.name,
    )
    if (left === undefined) return undefined
    return { kind: 'waiting', reason: `${name}: waits until the earlier one is gone` }
  }

  /** Deletes exactly this object. It leaves the inventory when it is gone. */
  async #delete(session: Session, assignment: Assignment, wanted: Wanted, live: KubeObject): Promise<void> {
    const { context } = this.#writer
    const { resource, ref } = wanted.target
    const { uid } = live.metadata
    if (uid === undefined) return
    context.assertWanted(assignment)
    await context.applySet(assignment.bundle).fence(session)
    try {
      await session.client.delete(resource, ref.namespace, ref.name, { uid, propagation: 'Background' })
    } catch (error) {
      if (!isKubeFailure(error, 'not-found', 'conflict')) throw error
    }
    const left = await session.client.get(resource, ref.namespace, ref.name)
    if (left?.metadata.uid === uid) return
    const inventory = context.members.inventory(assignment.bundle)
    if (inventory.get(wanted.key)?.uid !== uid) return
    inventory.delete(wanted.key)
    await this.#keepInventory(session, assignment.bundle)
  }

  /** Inventory first, then the object (safety I20). */
  async #record(
    session: Session,
    assignment: Assignment,
    { key, target }: Wanted,
    uid: string | undefined,
  ): Promise<void> {
    const inventory = this.#writer.context.members.inventory(assignment.bundle)
    inventory.set(key, { ref: target.ref, apiVersion: target.object.apiVersion, uid })
    await this.#keepInventory(session, assignment.bundle)
  }

  async #keepInventory(session: Session, bundle: string): Promise<void> {
    const { context } = this.#writer
    const entries = [...context.members.inventory(bundle).values()]
    await context.ports.journal.saveInventory(bundle, entries)
    await context.applySet(bundle).record(session, entries)
  }

  /** What was an ordinary object until now is a member no more: that it is replaced is no drift. */
  async #leaveMembers({ key }: Wanted): Promise<void> {
    const { context, book } = this.#writer
    const member = context.members.get(key)
    if (member === undefined) return
    if (member.drift !== undefined) await book.release(member)
    context.members.delete(key)
    await context.ports.journal.dropReceipts([key])
  }
}

function failureText(name: string, message: string | undefined): string {
  return `${name} failed: ${message ?? 'no reason is known'}; nothing after it is applied before the rendering changes or somebody lets it run again (ek reconcile)`
}

function hookName({ target }: Wanted): string {
  return `hook ${nameOf(target.ref)}`
}

/** True for what runs to an end instead of staying. */
export function isHook(wanted: Wanted): boolean {
  return wanted.content.hook !== undefined
}
