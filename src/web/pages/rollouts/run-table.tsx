import type { RunSummary } from '../../../api/index.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Age } from '../../ui/age.tsx'
import { shortRevision } from '../../ui/value.tsx'

/** Runs with how far they have come, and what they wait for. */
export function RunTable({ runs }: { readonly runs: readonly RunSummary[] }) {
  return (
    <div className="table-box">
      <table className="table">
        <thead>
          <tr>
            <th>Run</th>
            <th>State</th>
            <th>Stage</th>
            <th>Clusters</th>
            <th>Why it waits</th>
            <th className="right">Began</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <td>
                <Link to={address.run(run.id)}>
                  <b>{run.bundle}</b>
                </Link>
                <div className="below">
                  <code title={run.revision}>{shortRevision(run.revision)}</code> ·{' '}
                  {run.startedBy ?? 'by a commit'}
                </div>
              </td>
              <td>
                <b>{run.state}</b>
                <div className="below">{run.reason}</div>
              </td>
              <td>
                {run.stage.name}
                <div className="below">
                  {run.stage.number} of {run.stage.of}
                </div>
              </td>
              <td>
                <Progress counts={run.counts} />
              </td>
              <td>
                {run.waits.length === 0 ? (
                  <span className="sub">{isOver(run.state) ? '—' : 'goes on by itself'}</span>
                ) : (
                  run.waits.join('; ')
                )}
              </td>
              <td className="right nowrap sub">
                <Age at={run.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** True for a run that will not go on. */
export function isOver(state: RunSummary['state']): boolean {
  return state === 'done' || state === 'aborted' || state === 'superseded' || state === 'reverted'
}

/** How many clusters have it, as a number and as a bar. */
export function Progress({ counts }: { readonly counts: RunSummary['counts'] }) {
  const { clusters, done, failed, away, working } = counts
  const notes = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(away > 0 ? [`${away} away`] : []),
    ...(working > 0 ? [`${working} at work`] : []),
  ]
  return (
    <div style={{ minWidth: 120 }}>
      <b>{done.toLocaleString('en')}</b>/{clusters.toLocaleString('en')}
      <div className="bar-track" aria-hidden>
        <i style={{ width: `${clusters === 0 ? 0 : (100 * done) / clusters}%` }} />
      </div>
      <div className="below">{notes.join(', ')}</div>
    </div>
  )
}
