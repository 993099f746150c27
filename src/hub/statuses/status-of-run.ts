import type { RunRecord } from '../../core/rollout/index.ts'
import type { CommitState } from '../../git/forge/index.ts'

/** What is said of a commit, before it is known where. */
export interface Said {
  readonly state: CommitState
  readonly description: string
}

/** What a run makes of its commit, in one sentence: how far it is, and why it does not go on. */
export function statusOfRun({ run, progress }: RunRecord): Said {
  const all = Object.keys(run.pins).length
  const members = Object.values(progress.members)
  const healthy = members.filter(({ state }) => state === 'healthy').length
  const left = members.filter(({ state }) => state === 'skipped').length
  const share = `${healthy}/${all} ${all === 1 ? 'cluster' : 'clusters'} healthy`
  const why = progress.reason === undefined ? '' : `: ${progress.reason}`
  switch (progress.state) {
    case 'done': {
      const behind = all - healthy - left
      const notes = [
        ...(left === 0 ? [] : [`${left} left out`]),
        ...(behind === 0 ? [] : [`${behind} to catch up`]),
      ]
      return { state: 'success', description: [share, ...notes].join(', ') }
    }
    case 'running': {
      const stage = run.stages[progress.stage]?.name ?? ''
      const waits = progress.waits[0] === undefined ? '' : `; waits: ${progress.waits[0]}`
      const where = `stage ${stage} (${progress.stage + 1} of ${run.stages.length})`
      return { state: 'pending', description: `${where}: ${share}${waits}` }
    }
    case 'paused':
      return { state: 'pending', description: `paused at ${share}${why}` }
    case 'superseded':
      return { state: 'ended', description: `superseded at ${share}${why}` }
    case 'stopped':
    case 'reverting':
    case 'reverted':
    case 'aborted':
      return { state: 'failure', description: `${progress.state} at ${share}${why}` }
  }
}
