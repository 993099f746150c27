import type { FaultPlan } from '../../../src/sim/faults/index.ts'
import { seededRandom } from '../../../src/sim/clusters/random.ts'
import { canary, clusterNames, type FleetState } from './fleet-state.ts'

/** One thing that somebody or something does. */
export type Act =
  | { readonly act: 'commit'; readonly state: FleetState; readonly force: boolean }
  | { readonly act: 'edit'; readonly cluster: string; readonly bundle: string; readonly name: string }
  | { readonly act: 'remove'; readonly cluster: string; readonly bundle: string; readonly name: string }
  | { readonly act: 'faults'; readonly cluster: string; readonly plan: FaultPlan }
  | {
      readonly act: 'mend' | 'drop-watches' | 'compact' | 'back-up' | 'restore'
      readonly cluster: string
    }
  | {
      readonly act: 'cut' | 'kill' | 'kill-renderers' | 'two-leaders' | 'one-leader' | 'settle' | 'look-again'
    }
  /** kill -9 as soon as our identity has written so often from now on. */
  | { readonly act: 'kill-at-write'; readonly writes: number }
  | { readonly act: 'pause'; readonly ms: number }

export interface Step {
  /** Milliseconds after the step before. */
  readonly after: number
  readonly act: Act
}

/** What a seed is about most of all. */
export const themes = ['edits', 'removals', 'restores', 'crashes', 'silence', 'leaders'] as const
export type Theme = (typeof themes)[number]

export function themeOf(seed: number): Theme {
  return themes[seed % themes.length] ?? 'edits'
}

const first: FleetState = {
  bundles: {
    shop: Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`c${i}`, '0'])),
    keys: { a: '0', b: '0', c: '0', password: canary },
  },
  refused: [],
  garbled: [],
}

/** What a seed does: the same for the same seed, whatever happens meanwhile. */
export function scheduleOf(seed: number): Step[] {
  return new Scheduler(seed).schedule()
}

class Scheduler {
  readonly #random: () => number
  readonly #theme: Theme
  readonly #steps: Step[] = []
  readonly #heads: FleetState[] = []
  #state = first
  #values = 0

  constructor(seed: number) {
    this.#random = seededRandom(`nemesis/${seed}`)
    this.#theme = themeOf(seed)
  }

  schedule(): Step[] {
    this.#commit(first)
    this.#do({ act: 'settle' })
    for (const isTheme of [true, false, false, true, false]) {
      if (isTheme) this.#about()
      else this.#anything()
      if (this.#random() < 0.5) this.#do({ act: 'settle' })
    }
    return this.#steps
  }

  /** What the theme is about. */
  #about(): void {
    const cluster = this.#cluster()
    switch (this.#theme) {
      case 'edits':
        this.#do({ act: 'edit', cluster, bundle: 'keys', name: 'password' })
        this.#fault(cluster)
        this.#people()
        this.#change()
        this.#people()
        this.#do({ act: 'mend', cluster })
        return
      case 'removals':
        this.#removals(cluster)
        return
      case 'restores':
        this.#do({ act: 'back-up', cluster })
        this.#change()
        this.#do({ act: 'settle' })
        this.#do({ act: 'restore', cluster })
        this.#take(1)
        this.#do({ act: 'settle' })
        return
      case 'crashes':
        this.#do({ act: 'kill-at-write', writes: 1 + Math.floor(this.#random() * 6) })
        this.#change()
        this.#add()
        this.#do({ act: 'pause', ms: 1_500 })
        this.#do({ act: 'kill' })
        return
      case 'silence':
        this.#do({ act: 'faults', cluster, plan: { silent: true } })
        this.#change()
        this.#do({ act: 'pause', ms: 18_000 })
        this.#do({ act: 'mend', cluster })
        return
      case 'leaders':
        this.#do({ act: 'two-leaders' })
        this.#change()
        this.#add()
        this.#do({ act: 'pause', ms: 4_000 })
        this.#do({ act: 'one-leader' })
    }
  }

  #removals(cluster: string): void {
    const turn = Math.floor(this.#random() * 4)
    if (turn === 0) this.#do({ act: 'faults', cluster, plan: { listsCutAfter: 0 } })
    if (turn === 1) this.#do({ act: 'faults', cluster, plan: { failing: 0.4 } })
    this.#garble()
    // An object that the cluster refuses comes as others go: they have to stay until it is mended.
    const bundle = 'shop'
    const { [this.#member(bundle)]: _, ...rest } = this.#state.bundles[bundle] ?? {}
    this.#commit({ ...this.#with(bundle, rest), refused: [bundle] })
    this.#do({ act: 'pause', ms: 3_000 })
    this.#commit({ ...this.#state, refused: [] })
    this.#do({ act: 'settle' })
    this.#take(mostAtOnce)
    this.#do({ act: 'pause', ms: 3_000 })
    this.#do({ act: 'mend', cluster })
  }

  /** Anything that may happen anywhere. */
  #anything(): void {
    const cluster = this.#cluster()
    const turns: (() => void)[] = [
      () => this.#change(),
      () => this.#add(),
      () => this.#take(1),
      () => this.#people(),
      () => this.#do({ act: 'drop-watches', cluster }),
      () => this.#do({ act: 'compact', cluster }),
      () => this.#do({ act: 'cut' }),
      () => this.#do({ act: 'pause', ms: 1_000 + Math.floor(this.#random() * 3_000) }),
      () => this.#do({ act: 'kill' }),
      () => this.#do({ act: 'look-again' }),
      () => this.#forcePush(),
      () => this.#garble(),
      () => {
        this.#fault(cluster)
        this.#change()
        this.#people()
        this.#do({ act: 'mend', cluster })
      },
    ]
    for (let i = 0; i < 3; i += 1) this.#pick(turns)()
  }

  #fault(cluster: string): void {
    const plans: FaultPlan[] = [
      { throttled: 0.5, retryAfterSeconds: 1 },
      { failing: 0.3 },
      { answersLost: 0.5 },
      { halfOpenWatches: true },
      { listsCutAfter: 0 },
      { listsCutAfter: 2 },
      { expiredUsers: ['evenkeel'] },
      { latencyMs: 300 },
    ]
    this.#do({ act: 'faults', cluster, plan: this.#pick(plans) })
  }

  /** Somebody changes or removes what is ours. */
  #people(): void {
    const bundle = this.#random() < 0.7 ? 'shop' : 'keys'
    const place = { cluster: this.#cluster(), bundle, name: this.#member(bundle) }
    this.#do(this.#random() < 0.6 ? { act: 'edit', ...place } : { act: 'remove', ...place })
  }

  #change(): void {
    const bundle = this.#random() < 0.7 ? 'shop' : 'keys'
    const values = this.#state.bundles[bundle] ?? {}
    const some = Object.keys(values).filter((name) => name !== 'password' && this.#random() < 0.6)
    const changed = Object.fromEntries(some.map((name) => [name, this.#value()]))
    this.#commit(this.#with(bundle, { ...values, ...changed }))
  }

  #add(): void {
    const added = Object.fromEntries([1, 2, 3].map(() => [`n${this.#value()}`, '0']))
    this.#commit(this.#with('shop', { ...this.#state.bundles['shop'], ...added }))
  }

  /** Objects are not declared any more; always some are left. */
  #take(count: number): void {
    let values = this.#state.bundles['shop'] ?? {}
    for (let i = 0; i < count && Object.keys(values).length > 2; i += 1) {
      const { [this.#pick(Object.keys(values))]: _, ...rest } = values
      values = rest
    }
    this.#commit(this.#with('shop', values))
  }

  #garble(): void {
    const whole = this.#state
    this.#commit({ ...whole, garbled: [`shop/${this.#member('shop')}`] })
    this.#do({ act: 'pause', ms: 2_000 })
    this.#commit(whole)
  }

  #forcePush(): void {
    this.#commit(this.#pick(this.#heads), true)
  }

  #commit(state: FleetState, force = false): void {
    this.#state = state
    if (state.refused.length + state.garbled.length === 0) this.#heads.push(state)
    this.#do({ act: 'commit', state, force })
    // While it is rendered, and what waits for the next call.
    if (this.#theme === 'crashes') {
      this.#steps.push({ after: 1_000, act: { act: 'kill-renderers' } })
      this.#steps.push({ after: 150, act: { act: 'kill-renderers' } })
    }
  }

  #with(bundle: string, values: Readonly<Record<string, string>>): FleetState {
    return { ...this.#state, bundles: { ...this.#state.bundles, [bundle]: values } }
  }

  #member(bundle: string): string {
    return this.#pick(Object.keys(this.#state.bundles[bundle] ?? {}))
  }

  #value(): string {
    this.#values += 1
    return String(this.#values)
  }

  #cluster(): string {
    return this.#pick(clusterNames)
  }

  #do(act: Act): void {
    this.#steps.push({ after: Math.floor(this.#random() * 1_200), act })
  }

  #pick<One>(from: readonly One[]): One {
    // There is always something to choose from.
    return from[Math.floor(this.#random() * from.length)] as One
  }
}

/** More than may be deleted without approval. */
const mostAtOnce = 4
