import './job-progress.css'
import type { JobView } from '../../api/index.ts'
import { ageText } from './age.tsx'

/** How far a job is, in words: `37 of 100 clusters · 2 failed · 30 a minute · 2 min left`. */
export function JobSentence({ job }: { readonly job: JobView }) {
  const { counts, perMinute, remainingMs } = job
  const ended = counts.done + counts.failed
  const running = job.state === 'running' || job.state === 'cancelling'
  const parts = [
    ...(counts.failed === 0 ? [] : [`${counts.failed.toLocaleString('en')} failed`]),
    ...(counts.notBegun === 0 ? [] : [`${counts.notBegun.toLocaleString('en')} not begun`]),
    ...(counts.unknown === 0 ? [] : [`${counts.unknown.toLocaleString('en')} unknown`]),
    ...(running && perMinute !== undefined ? [`${rateText(perMinute)} a minute`] : []),
    ...(remainingMs === undefined ? [] : [`about ${ageText(remainingMs / 1000)} left`]),
  ]
  return (
    <p className="sentence">
      <span>
        <b>{ended.toLocaleString('en')}</b> of {counts.total.toLocaleString('en')}{' '}
        {counts.total === 1 ? 'cluster' : 'clusters'}
      </span>
      {parts.map((part) => (
        <span key={part}>{part}</span>
      ))}
    </p>
  )
}

function rateText(perMinute: number): string {
  return perMinute < 10 ? perMinute.toFixed(1) : Math.round(perMinute).toLocaleString('en')
}

/** The same as a bar: what is done, what failed, and what will not be begun, each with its own pattern. */
export function JobBar({ job: { counts } }: { readonly job: Pick<JobView, 'counts'> }) {
  const share = (part: number): string => `${(part * 100) / Math.max(1, counts.total)}%`
  const ended = counts.done + counts.failed
  return (
    <div
      className="job-bar"
      role="progressbar"
      aria-label="Clusters that have ended"
      aria-valuemin={0}
      aria-valuemax={counts.total}
      aria-valuenow={ended}
    >
      <i className="done" style={{ width: share(counts.done) }} />
      <i className="failed" style={{ width: share(counts.failed) }} />
      <i className="unknown" style={{ width: share(counts.unknown) }} />
      <i className="not-begun" style={{ width: share(counts.notBegun) }} />
    </div>
  )
}
