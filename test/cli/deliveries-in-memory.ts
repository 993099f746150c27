import {
  type AcceptPreview,
  type AcceptResult,
  apiFailure,
  type DraftView,
  type FreezeView,
  type PreviewView,
  type PromotionView,
  type RunView,
} from '../../src/api/index.ts'
import type { Call, HubService } from '../../src/hub/service.ts'
import { JobsInMemory } from './jobs-in-memory.ts'

type Part = Pick<
  HubService,
  | 'runs'
  | 'run'
  | 'draftRun'
  | 'preview'
  | 'promotion'
  | 'previewAccept'
  | 'accept'
  | 'startRun'
  | 'controlRun'
  | 'approveRun'
  | 'freezes'
  | 'freeze'
  | 'thaw'
  | 'searchWords'
  | 'live'
>

/** Runs, freezes and completions of which everything is known beforehand; what is asked of them is remembered. */
export abstract class DeliveriesInMemory extends JobsInMemory implements Part {
  runs_: RunView[] = []
  /** By bundle. */
  drafts = new Map<string, DraftView>()
  /** By bundle. */
  trees = new Map<string, PreviewView>()
  promotions = new Map<string, PromotionView>()
  /** By bundle, whatever is to be accepted. */
  accepts = new Map<string, { readonly preview: AcceptPreview; readonly result: AcceptResult }>()
  freezes_: FreezeView[] = []

  async runs(_call: Call, query: Parameters<Part['runs']>[1]) {
    const items = this.runs_
      .filter(({ bundle }) => query.bundle === undefined || bundle === query.bundle)
      .filter(({ state }) => query.state?.includes(state) ?? true)
    return { items: items.slice(0, query.limit), total: items.length }
  }

  async run(_call: Call, id: string) {
    return this.runs_.find((one) => one.id === id)
  }

  async draftRun(_call: Call, bundle: string) {
    return this.drafts.get(bundle)
  }

  async preview(call: Call, bundle: string, request: Parameters<Part['preview']>[2]) {
    this.written.push({ what: 'preview', call, input: { bundle, ...request } })
    return this.trees.get(bundle)
  }

  async promotion(_call: Call, bundle: string) {
    return this.promotions.get(bundle)
  }

  async previewAccept(_call: Call, bundle: string) {
    return this.accepts.get(bundle)?.preview
  }

  async accept(call: Call, bundle: string, request: Parameters<Part['accept']>[2]) {
    this.written.push({ what: 'accept', call, input: { bundle, ...request } })
    return this.accepts.get(bundle)?.result
  }

  async startRun(call: Call, bundle: string, given: Parameters<Part['startRun']>[2]) {
    this.written.push({ what: 'startRun', call, input: { bundle, ...given } })
    const run = this.drafts.get(bundle)?.run
    if (run === undefined) throw apiFailure('changed', `bundle ${bundle}: nothing to start`)
    this.runs_.unshift(run)
    this.drafts.set(bundle, {})
    return run
  }

  async controlRun(call: Call, id: string, request: Parameters<Part['controlRun']>[2]) {
    this.written.push({ what: 'controlRun', call, input: { id, ...request } })
    const states = {
      pause: 'paused',
      resume: 'running',
      skip: 'running',
      abort: 'aborted',
      revert: 'reverting',
    } as const
    return this.#change(id, { state: states[request.action] })
  }

  async approveRun(call: Call, id: string, given: Parameters<Part['approveRun']>[2]) {
    this.written.push({ what: 'approveRun', call, input: { id, ...given } })
    const approval = this.runs_.find((one) => one.id === id)?.approval
    if (approval === undefined) return this.#change(id, {})
    return this.#change(id, { approval: { ...approval, by: call.caller.name } })
  }

  async freezes() {
    return this.freezes_
  }

  async freeze(call: Call, request: Parameters<Part['freeze']>[1]) {
    this.written.push({ what: 'freeze', call, input: request })
    const { reason, clusters } = request
    const freeze: FreezeView = {
      id: `f-${this.freezes_.length + 1}`,
      reason,
      by: call.caller.name,
      at: new Date().toISOString(),
      clusters: clusters ?? [],
      scope: clusters === undefined ? {} : { clusters },
    }
    this.freezes_.push(freeze)
    return freeze
  }

  async thaw(call: Call, id: string, given: Parameters<Part['thaw']>[2]) {
    this.written.push({ what: 'thaw', call, input: { id, ...given } })
    const freeze = this.freezes_.find((one) => one.id === id)
    this.freezes_ = this.freezes_.filter((one) => one.id !== id)
    return freeze
  }

  #change(id: string, change: Partial<RunView>): RunView | undefined {
    const run = this.runs_.find((one) => one.id === id)
    if (run === undefined) return undefined
    const changed = { ...run, ...change }
    this.runs_ = this.runs_.map((one) => (one.id === id ? changed : one))
    return changed
  }

  live(): boolean {
    return true
  }

  namespaces_: readonly string[] = []
  async searchWords(_call: Call, { q }: Parameters<Part['searchWords']>[1]): Promise<string[]> {
    if (!q.startsWith('ns:')) return ['kind:']
    return this.namespaces_.map((name) => `ns:${name}`).filter((word) => word.startsWith(q))
  }
}
