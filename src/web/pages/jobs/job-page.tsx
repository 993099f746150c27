import { useState } from 'react'
import type { JobRowView, JobView } from '../../../api/index.ts'
import { queryClient, useAnswer } from '../../data/answers.ts'
import { useWhyNot } from '../../data/caller.ts'
import { hub } from '../../data/hub.ts'
import { jobIsOver, useJob } from '../../data/use-job.ts'
import { GuardDialog } from '../../guard/guard-dialog.tsx'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { go, useSearch, withSearch } from '../../route/location.ts'
import { Age, Clock } from '../../ui/age.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Choose } from '../../ui/choose.tsx'
import { StateText } from '../../ui/glyph.tsx'
import { Chip } from '../../ui/identity.tsx'
import { JobBar, JobSentence } from '../../ui/job-progress.tsx'
import { ObjectName } from '../../ui/object-name.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { counted } from '../../ui/value.tsx'
import { kindText, outcomeText, rowGlyphs, rowStateText } from './job-words.ts'

const most = 500
const states = ['', 'waiting', 'running', 'done', 'failed', 'not-begun', 'unknown'] as const

/** One job: how far it is, what became of each cluster, and the way to stop it. */
export function JobPage({ id }: { readonly id: string }) {
  const job = useJob(id)
  usePageTitle(job.data === undefined ? 'Job' : `${kindText(job.data.kind)} ${id}`)
  return (
    <div className="page">
      <p className="crumbs">
        <Link to={address.jobs()}>Jobs</Link> / {id}
      </p>
      <Answer of={job} what={`job ${id}`}>
        {(view) => <Inside job={view} />}
      </Answer>
    </div>
  )
}

function Inside({ job }: { readonly job: JobView }) {
  const [cancelling, setCancelling] = useState(false)
  const whyNot = useWhyNot('operate')
  const over = jobIsOver(job)
  return (
    <>
      <div className="page-head">
        <div>
          <h1>
            {kindText(job.kind)} on {counted(job.counts.total, 'cluster')}
          </h1>
          <span className="sub">
            {job.id} · by {job.by}, <Age at={job.createdAt} /> ago
            {job.reason === undefined ? '' : ` · ${job.reason}`}
            {job.activity === undefined ? '' : ` · recorded as ${job.activity}`}
          </span>
        </div>
        {over ? null : (
          <div className="actions">
            <button
              type="button"
              className="button"
              disabled={whyNot !== undefined || !job.mayCancel}
              title={
                whyNot ??
                (job.mayCancel ? undefined : 'It is being cancelled, or reaches further than you may write')
              }
              onClick={() => setCancelling(true)}
            >
              Cancel…
            </button>
          </div>
        )}
      </div>
      <JobSentence job={job} />
      <JobBar job={job} />
      <p role="status" style={{ marginTop: 8 }}>
        {stateSentence(job)}
      </p>
      <Rows job={job} />
      {cancelling ? <CancelDialog job={job} onClose={() => setCancelling(false)} /> : null}
    </>
  )
}

/** What the state means for the clusters. */
function stateSentence(job: JobView) {
  const at = job.endedAt === undefined ? null : <Clock at={job.endedAt} />
  switch (job.state) {
    case 'running':
      return <>It goes on when this page is closed.</>
    case 'cancelling':
      return <>It is being cancelled: what is under way comes to its end, and nothing more is begun.</>
    case 'done':
      return <>It ended at {at} UTC: every cluster had its turn.</>
    case 'cancelled':
      return (
        <>
          {job.cancelledBy ?? 'Somebody'} cancelled it; it ended at {at} UTC. Nothing was sent to clusters
          that were not begun.
        </>
      )
    case 'interrupted':
      return (
        <>
          The hub stopped while it ran, and it does not go on by itself. Nothing was sent to clusters that
          were not begun; nobody saw the end of those that are unknown.
        </>
      )
  }
}

function Rows({ job }: { readonly job: JobView }) {
  const state = useSearch().get('state') ?? ''
  const chosen = states.find((one) => one === state) ?? ''
  const rows = useAnswer(
    'jobRows',
    { params: { job: job.id }, query: { limit: most, ...(chosen === '' ? {} : { state: chosen }) } },
    { every: jobIsOver(job) ? false : 1_000 },
  )
  return (
    <>
      <div className="section-head">
        <h2>Clusters</h2>
        <Choose
          what="State"
          value={chosen}
          choices={states.map((one) => [one, one === '' ? 'all' : rowStateText(one)] as const)}
          onChoose={(one) => go(withSearch({ state: one }), { replace: true })}
        />
      </div>
      <Answer of={rows} what="the clusters of the job">
        {({ items, total }) =>
          items.length === 0 ? (
            <p className="sub">No cluster of the job is in this state.</p>
          ) : (
            <>
              {total > items.length ? (
                <p className="sub">
                  the first {items.length} of {counted(total, 'cluster')}
                </p>
              ) : null}
              <RowTable rows={items} />
            </>
          )
        }
      </Answer>
    </>
  )
}

function RowTable({ rows }: { readonly rows: readonly JobRowView[] }) {
  return (
    <div className="table-box">
      <table className="table compact">
        <thead>
          <tr>
            <th>Cluster</th>
            <th>State</th>
            <th>What came of it</th>
            <th className="right">Took</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.cluster}>
              <td>
                <ClusterOf row={row} />
              </td>
              <td>
                <StateText state={rowGlyphs[row.state]}>{rowStateText(row.state)}</StateText>
              </td>
              <td>
                <span dir="auto">{outcomeText(row)}</span>
                {row.failure?.hint === undefined ? null : <div className="below">{row.failure.hint}</div>}
                {row.results
                  .filter(({ message }) => message !== undefined)
                  .map(({ object, bundle, outcome, message }) => (
                    <div key={JSON.stringify([object, bundle])} className="below">
                      {object === undefined ? bundle : <ObjectName object={object} />}: {outcome}, {message}
                    </div>
                  ))}
              </td>
              <td className="right nowrap sub">{tookText(row)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The chip of a cluster; its name alone when it is gone from Git. */
function ClusterOf({ row }: { readonly row: JobRowView }) {
  const { cluster, environment, tier, colour } = row
  if (environment === undefined || tier === undefined) return <>{cluster}</>
  return <Chip cluster={cluster} environment={environment} tier={tier} colour={colour} linked />
}

function tookText({ startedAt, endedAt }: JobRowView): string {
  if (startedAt === undefined || endedAt === undefined) return '—'
  return `${((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(1)} s`
}

function CancelDialog({ job, onClose }: { readonly job: JobView; readonly onClose: () => void }) {
  const { waiting, running } = job.counts
  return (
    <GuardDialog
      title={`Cancel: ${kindText(job.kind)} ${job.id}`}
      verb="Cancel the job"
      targets={[]}
      ready
      onClose={onClose}
      onConfirm={async (_, key) => {
        const after = await hub.cancelJob({ params: { job: job.id } }, { idempotencyKey: key })
        void queryClient.invalidateQueries()
        return <p>Done. The job is {after.state}.</p>
      }}
    >
      <p>
        {counted(waiting, 'cluster')} will not be begun. {counted(running, 'cluster')} under way{' '}
        {running === 1 ? 'comes' : 'come'} to an end, and what has ended stays as it is.
      </p>
    </GuardDialog>
  )
}
