import { type Look, namesOf } from './look.ts'
import type { MemberState, Stage } from './run.ts'

/** Releases what may go next, stage by stage, until something has to be waited for or the last stage is through. */
export function advanceStages(look: Look): void {
  for (;;) {
    const stage = look.run.stages[look.progress.stage]
    if (stage === undefined) {
      finish(look)
      return
    }
    if (!isThrough(look, stage)) return
    look.unsettle()
    look.change({ stage: look.progress.stage + 1 })
  }
}

function finish(look: Look): void {
  const away = look.among(Object.keys(look.run.pins), 'away')
  look.unsettle()
  const late = away.length === 0 ? {} : { reason: `${namesOf(away)} will catch up` }
  look.change({ state: 'done', waits: [], ...late })
}

/** Brings a stage as far as it goes; true when the next one may begin. Says what it waits for where it does not. */
function isThrough(look: Look, stage: Stage): boolean {
  const waits = release(look, stage)
  const { progress, run, view } = look
  const { clusters } = stage
  const working = look.among(clusters, 'released')
  const waiting = clusters.filter((cluster) => progress.members[cluster] === undefined)
  if (working.length > 0) {
    const detail = progress.members[working[0] ?? '']?.detail
    waits.push(`health of ${namesOf(working)}${detail === undefined ? '' : `: ${detail}`}`)
  }
  if (waiting.length > 0 || working.length > 0) {
    look.unsettle()
    look.wait(waits)
    return false
  }
  const away = look.among(clusters, 'away')
  const skippedByPerson = progress.skipped.includes(progress.stage)
  if (away.length > 0 && !skippedByPerson) {
    const tooMany = away.length * 100 > run.unreachable.upToPercent * clusters.length
    const unproved = look.among(clusters, 'healthy', 'skipped').length === 0
    if (tooMany || unproved || run.unreachable.afterwards === 'stop') {
      look.unsettle()
      look.wait([`${away.length} of ${clusters.length} clusters cannot be reached: ${namesOf(away)}`])
      return false
    }
  }
  const settledAt = progress.settledAt ?? view.now
  look.change({ settledAt })
  if (skippedByPerson) return true
  if (view.now < settledAt + stage.soakMs) {
    look.wait([`soak of stage ${stage.name}`], settledAt + stage.soakMs)
    return false
  }
  return passesGates(look, stage)
}

/** Releases clusters of the stage as far as it allows; answers why the rest has to wait. */
function release(look: Look, stage: Stage): string[] {
  const { run, view } = look
  const stateOf = (cluster: string): MemberState | undefined => look.progress.members[cluster]?.state
  const reasons = new Set<string>()
  const parallel = stage.maxParallel ?? Number.POSITIVE_INFINITY
  let underWay = look.among(stage.clusters, 'released').length
  for (const cluster of stage.clusters) {
    if (stateOf(cluster) !== undefined) continue
    const seen = look.seen(cluster)
    if (seen.removed) {
      const detail = 'it is not a cluster of this bundle any more'
      look.put(cluster, { state: 'skipped', since: view.nowText, detail })
      continue
    }
    if (needsApproval(look, cluster)) {
      reasons.add(`approval: ${run.approval?.reason ?? ''}`)
      continue
    }
    const closed = view.closed(cluster)
    if (closed !== undefined) {
      reasons.add(closed.reason)
      look.wake(closed.until)
      continue
    }
    if (seen.blocked !== undefined) {
      reasons.add(`${cluster} waits: ${seen.blocked}`)
      continue
    }
    if (underWay >= parallel) {
      reasons.add(`at most ${stage.maxParallel} clusters at a time`)
      continue
    }
    look.release(cluster)
    if (stateOf(cluster) === 'released') underWay += 1
  }
  return [...reasons]
}

function needsApproval({ run, progress }: Look, cluster: string): boolean {
  if (run.approval === undefined || !run.approval.clusters.includes(cluster)) return false
  return !progress.approvals.some(({ stage }) => stage === undefined)
}

function passesGates(look: Look, stage: Stage): boolean {
  const index = look.progress.stage
  const waits: string[] = []
  for (const gate of stage.gates) {
    // Every settled cluster is healthy or counted as failed already.
    if (gate === 'health') continue
    if ('approval' in gate) {
      const wanted = gate.approval.count ?? 1
      const given = new Set(
        look.progress.approvals.flatMap(({ stage: at, by }) => (at === index ? [by] : [])),
      )
      if (given.size < wanted) waits.push(`approval of stage ${stage.name}: ${given.size} of ${wanted}`)
      continue
    }
    const answer = look.view.gate(stage, gate)
    if (answer.kind === 'fail') {
      look.fail(`gate of stage ${stage.name}: ${answer.reason}`)
      return false
    }
    if (answer.kind === 'wait') {
      waits.push(answer.reason)
      look.wake(answer.wakeAt)
    }
  }
  if (waits.length === 0) return true
  look.wait(waits)
  return false
}
