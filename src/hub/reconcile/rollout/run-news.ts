import type { RunRecord } from '../../../core/rollout/index.ts'

/** What is worth telling of a run that changed, as sentences for the activity. */
export function runNews(before: RunRecord | undefined, { run, progress }: RunRecord): string[] {
  const { id, bundle, revision, stages } = run
  const name = `run ${id} of bundle ${bundle}`
  const news: string[] = []
  if (before === undefined) {
    const clusters = Object.keys(run.pins).length
    const by = run.startedBy === undefined ? '' : ` by ${run.startedBy.name}`
    news.push(
      `${name}: begins${by}: ${revision.slice(0, 12)} to ${clusters} ${clusters === 1 ? 'cluster' : 'clusters'} in ${stages.length} ${stages.length === 1 ? 'stage' : 'stages'}`,
    )
  }
  const stage = stages[progress.stage]
  if (stage !== undefined && before !== undefined && before.progress.stage !== progress.stage) {
    news.push(`${name}: stage ${stage.name} begins (${progress.stage + 1} of ${stages.length})`)
  }
  for (const [cluster, member] of Object.entries(progress.members)) {
    if (member.state !== 'failed' || before?.progress.members[cluster]?.state === 'failed') continue
    news.push(`${name}: ${cluster} failed: ${member.detail ?? 'no reason known'}`)
  }
  if (progress.state !== (before?.progress.state ?? 'running')) {
    const why = progress.reason === undefined ? '' : `: ${progress.reason}`
    news.push(`${name}: ${progress.state}${why}`)
  }
  return news
}
