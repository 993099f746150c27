import { nameOf } from '../../core/object/index.ts'
import { dueWave, type InWave } from '../../core/waves/index.ts'
import type { EngineContext } from '../engine-context.ts'
import type { Assignment } from '../ports.ts'
import type { Write } from './apply-wanted.ts'
import type { BundleProgress } from './bundle-report.ts'
import type { Resolved, Wanted } from './resolve.ts'

/** What may be written in a pass. */
export interface Open {
  readonly open: readonly Write[]
  /** Keys of what somebody agreed to, or nobody has to. */
  readonly cleared: ReadonlySet<string>
  /** Keys of what cannot be written now. */
  readonly unwritable: ReadonlySet<string>
}

/** How far the waves went. */
export interface Applied {
  readonly written: number
  readonly failed: number
  /** The object that the next wave waits for. */
  readonly heldBy: Wanted | undefined
}

/** The waves that annotations of ordinary objects ask for: each begins when everything in lower ones is Current. */
export class Waves {
  readonly #context: EngineContext
  /** Since when each bundle waits for what. */
  readonly #since = new Map<string, { readonly what: string; readonly at: number }>()

  constructor(context: EngineContext) {
    this.#context = context
  }

  /** Applies wave after wave, as far as it goes now. `write` answers how many failed. */
  async apply(
    ordinary: Resolved,
    { open, cleared, unwritable }: Open,
    write: (batch: readonly Write[]) => Promise<number>,
  ): Promise<Applied> {
    const outstanding = new Map(open.map((one) => [one.wanted.key, one]))
    let written = 0
    let failed = 0
    for (;;) {
      const due = this.#due(ordinary, ({ key }) => !outstanding.has(key) && !unwritable.has(key))
      if (due === undefined || failed > 0) return { written, failed, heldBy: undefined }
      if (due.heldBy !== undefined) return { written, failed, heldBy: due.heldBy }
      const batch = [...outstanding.values()].filter(
        ({ wanted }) => waveOf(wanted) === due.wave && cleared.has(wanted.key),
      )
      // What is left of this wave waits for a decision, or cannot be sent.
      if (batch.length === 0) return { written, failed, heldBy: undefined }
      failed = await write(batch)
      written += batch.length - failed
      for (const { wanted } of batch) outstanding.delete(wanted.key)
    }
  }

  /** What the next wave waits for, as far as it is known without a request. */
  heldNow(ordinary: Resolved): Wanted | undefined {
    return this.#due(ordinary, ({ key, content }) => {
      const member = this.#context.members.get(key)
      return member?.observedOnly === false && member.receipt?.manifestHash === content.hash
    })?.heldBy
  }

  /** The first object that is not Current. */
  unready(wanted: readonly Wanted[]): Wanted | undefined {
    return wanted.find((one) => !this.#isCurrent(one))
  }

  /** How a bundle stands that waits for an object; past the time of a wave, as a failure. */
  waiting({ bundle, variant, waveTimeout }: Assignment, { key, target }: Wanted): BundleProgress {
    const now = this.#context.clock.now()
    const what = `${variant} ${key}`
    const before = this.#since.get(bundle)
    const at = before?.what === what ? before.at : now
    this.#since.set(bundle, { what, at })
    const member = this.#context.members.get(key)
    const state = member?.unheard ?? member?.healthMessage ?? member?.health ?? 'unknown'
    if (now - at < waveTimeout) {
      return { phase: 'applying', reason: `waits for ${nameOf(target.ref)}: ${state}`, refused: [] }
    }
    const reason = `${nameOf(target.ref)}: not ready after ${waveTimeout / 1000} s: ${state}; nothing after it is applied`
    return { phase: 'failed', reason, refused: [] }
  }

  #due(ordinary: Resolved, applied: (wanted: Wanted) => boolean) {
    const items: (InWave & { readonly wanted?: Wanted })[] = ordinary.wanted.map((wanted) => {
      const isApplied = applied(wanted)
      return {
        wave: waveOf(wanted),
        applied: isApplied,
        current: isApplied && this.#isCurrent(wanted),
        wanted,
      }
    })
    for (const { content } of ordinary.refused) {
      if (content.hook === undefined) items.push({ wave: content.wave ?? 0, applied: false, current: false })
    }
    const due = dueWave(items)
    return due === undefined ? undefined : { wave: due.wave, heldBy: due.heldBy?.wanted }
  }

  #isCurrent({ key }: Wanted): boolean {
    const member = this.#context.members.get(key)
    return member?.health === 'Current' && member.unheard === undefined
  }
}

function waveOf({ content }: Wanted): number {
  return content.wave ?? 0
}
