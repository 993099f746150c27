import type { DraftView, RunQuery, RunSummary, RunView } from '../../../api/index.ts'
import { allows, readable } from '../../../core/access/index.ts'
import type { Gate } from '../../../core/kinds/index.ts'
import { hasEnded, type MemberState, type RunRecord, timetable } from '../../../core/rollout/index.ts'
import type { Page } from '../../service.ts'
import type { HubParts } from './hub-parts.ts'
import { describeBundle, listBundles } from './bundle-answers.ts'
import { seesPlaced, seesUnplaced } from './in-scope.ts'
import { effectsOf } from './run-effects.ts'

/** Newest first. */
export async function listRuns(parts: HubParts, query: RunQuery): Promise<Page<RunSummary>> {
  const { items, total, next } = await parts.store.runs.page(
    {
      ...(query.bundle === undefined ? {} : { bundle: query.bundle }),
      ...(query.state === undefined ? {} : { states: query.state }),
      ...(readable(parts.grants) === undefined ? {} : { bundles: bundlesSeen(parts) }),
    },
    query.limit,
    query.cursor,
  )
  return {
    items: items.map((record) => shownSummary(parts, record)),
    total,
    ...(next === undefined ? {} : { next }),
  }
}

/** A run in short, as whoever asks may see it. */
export function shownSummary(parts: HubParts, record: RunRecord): RunSummary {
  return veiled(parts, record, summaryOf(record))
}

export async function showRun(parts: HubParts, id: string): Promise<RunView | undefined> {
  const record = parts.rollouts.book.find(id) ?? (await parts.store.runs.get(id))
  return record === undefined || !seesRun(parts, record) ? undefined : await runView(parts, record)
}

/** True when whoever asks may look at the bundle of a run on any of its clusters. */
export function seesRun(parts: HubParts, { run }: Pick<RunRecord, 'run'>): boolean {
  const clusters = run.stages.flatMap((stage) => stage.clusters)
  return clusters.length === 0
    ? seesUnplaced(parts, run.bundle)
    : clusters.some((cluster) => seesPlaced(parts, cluster, run.bundle))
}

function bundlesSeen(parts: HubParts): string[] {
  return listBundles(parts, { limit: Number.MAX_SAFE_INTEGER }).items.map(({ name }) => name)
}

/** The run that would begin now. Undefined when there is no such bundle. */
export async function draftRun(parts: HubParts, bundle: string): Promise<DraftView | undefined> {
  if (parts.fleet.state.model?.bundles.has(bundle) !== true) return undefined
  if (describeBundle(parts, bundle) === undefined) return undefined
  const draft = parts.rollouts.draft(bundle)
  if (draft === undefined) return {}
  if ('message' in draft) return { problem: draft }
  return { run: await runView(parts, draft, true) }
}

function summaryOf({ run, progress }: RunRecord): RunSummary {
  const at = Math.min(progress.stage, run.stages.length - 1)
  return {
    id: run.id,
    bundle: run.bundle,
    revision: run.revision,
    state: progress.state,
    stage: { name: run.stages[at]?.name ?? '', number: at + 1, of: run.stages.length },
    counts: countsOf(Object.keys(run.pins), progress.members),
    waits: [...progress.waits],
    ...(progress.reason === undefined ? {} : { reason: progress.reason }),
    ...(run.startedBy === undefined ? {} : { startedBy: run.startedBy.name }),
    createdAt: run.createdAt,
    updatedAt: progress.updatedAt,
  }
}

export async function runView(parts: HubParts, record: RunRecord, dryRun = false): Promise<RunView> {
  const { run, progress } = record
  const now = parts.clock.now()
  const left = run.stages.slice(progress.stage)
  const over = hasEnded(progress.state)
  const expected = over ? [] : timetable(left, now, (cluster, at) => parts.rollouts.sight.closed(cluster, at))
  const approved = progress.approvals.find(({ stage }) => stage === undefined)
  const stages = run.stages.map((stage, index) => ({ stage, index }))
  const shown = stages.filter(({ stage }) => seesStage(parts, run.bundle, stage))
  const view: RunView = {
    ...summaryOf(record),
    stages: shown.map(({ stage, index }) => ({
      name: stage.name,
      ...countsOf(stage.clusters, progress.members),
      soakMs: stage.soakMs,
      gates: stage.gates.map(gateText),
      ...(stage.maxParallel === undefined ? {} : { maxParallel: stage.maxParallel }),
      ...noteOf(record, index),
    })),
    members: run.stages.flatMap(({ name, clusters }) =>
      clusters
        .filter((cluster) => seesPlaced(parts, cluster, run.bundle))
        .map((cluster) => {
          const member = progress.members[cluster]
          return {
            cluster,
            stage: name,
            state: member?.state ?? ('waiting' as const),
            ...(member === undefined ? {} : { since: member.since }),
            ...(member?.detail === undefined ? {} : { detail: member.detail }),
          }
        }),
    ),
    effects: seenEffects(
      parts,
      run.bundle,
      await effectsOf(
        parts,
        run.pins,
        dryRun ? { tried: (cluster) => parts.rollouts.target(cluster, run.bundle) } : {},
      ),
    ),
    ...(run.approval === undefined
      ? {}
      : {
          approval: {
            reason: run.approval.reason,
            clusters: run.approval.clusters.length,
            ...(approved === undefined ? {} : { by: approved.by }),
          },
        }),
    approvals: progress.approvals
      .filter(({ stage }) => stage === undefined || shown.some((one) => one.index === stage))
      .map(({ by, at, stage, reason }) => ({
        by,
        at,
        ...(stage === undefined ? {} : { stage: run.stages[stage]?.name ?? '' }),
        ...(reason === undefined ? {} : { reason }),
      })),
    timetable: expected
      .filter(({ stage }) => shown.some((one) => one.stage.name === stage))
      .map(({ stage, startsAt, endsAt }) => ({
        stage,
        ...(startsAt === undefined ? {} : { startsAt: new Date(startsAt).toISOString() }),
        ...(endsAt === undefined ? {} : { endsAt: new Date(endsAt).toISOString() }),
      })),
  }
  return veiled(parts, record, view)
}

function seesStage(
  parts: HubParts,
  bundle: string,
  { clusters }: RunRecord['run']['stages'][number],
): boolean {
  return readable(parts.grants) === undefined || clusters.some((name) => seesPlaced(parts, name, bundle))
}

/** A view of a run without the sentences that name clusters or stages which whoever asks may not look at. */
function veiled<View extends RunSummary & Partial<RunView>>(
  parts: HubParts,
  { run }: RunRecord,
  view: View,
): View {
  const hidden = run.stages.flatMap((stage) => [
    ...(seesStage(parts, run.bundle, stage) ? [] : [stage.name]),
    ...stage.clusters.filter((name) => !seesPlaced(parts, name, run.bundle)),
  ])
  if (hidden.length === 0) return view
  const veil = (text: string): string => (hidden.some((name) => text.includes(name)) ? elsewhere : text)
  const stage = hidden.includes(view.stage.name) ? { ...view.stage, name: elsewhere } : view.stage
  return {
    ...view,
    stage,
    waits: view.waits.map(veil),
    ...(view.reason === undefined ? {} : { reason: veil(view.reason) }),
    ...(view.stages === undefined
      ? {}
      : {
          stages: view.stages.map((one) => (one.note === undefined ? one : { ...one, note: veil(one.note) })),
        }),
    ...(view.approval === undefined
      ? {}
      : { approval: { ...view.approval, reason: veil(view.approval.reason) } }),
  }
}

const elsewhere = 'something beyond what you may look at'

/** The effects on the clusters and in the namespaces that whoever asks may look at. */
export function seenEffects(
  parts: HubParts,
  bundle: string,
  effects: RunView['effects'],
): RunView['effects'] {
  if (readable(parts.grants) === undefined) return effects
  return effects.flatMap((effect) => {
    const clusters = effect.clusters.filter((cluster) => seesPlaced(parts, cluster, bundle))
    const items = effect.items.filter(({ object: { namespace } }) =>
      clusters.some((cluster) => allows(parts.grants, 'read', { cluster, bundle, namespace })),
    )
    return clusters.length === 0 ? [] : [{ ...effect, clusters, items }]
  })
}

function noteOf({ run, progress }: RunRecord, index: number): { note?: string } {
  if (hasEnded(progress.state) || index < progress.stage) return {}
  if (index > progress.stage) return { note: `after ${run.stages[index - 1]?.name ?? ''}` }
  const note = progress.waits[0] ?? progress.reason
  return note === undefined ? {} : { note }
}

/** A gate as people read it. */
function gateText(gate: Gate): string {
  if (gate === 'health') return 'health'
  if ('approval' in gate)
    return `approval${gate.approval.count === undefined ? '' : ` × ${gate.approval.count}`}`
  return 'cel' in gate ? gate.cel : `${gate.metric.query} ≤ ${gate.metric.max}`
}

function countsOf(
  clusters: readonly string[],
  members: RunRecord['progress']['members'],
): RunSummary['counts'] {
  const states = clusters.map((cluster) => members[cluster]?.state)
  const count = (...wanted: readonly (MemberState | undefined)[]): number =>
    states.filter((state) => wanted.includes(state)).length
  return {
    clusters: clusters.length,
    done: count('healthy', 'skipped'),
    failed: count('failed'),
    away: count('away'),
    working: count('released', 'reverted'),
    waiting: count(undefined),
  }
}
