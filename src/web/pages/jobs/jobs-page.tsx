import type { JobView } from '../../../api/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { go, useSearch, withSearch } from '../../route/location.ts'
import type { PageProps } from '../../shell/pages.ts'
import { Age } from '../../ui/age.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Choose } from '../../ui/choose.tsx'
import { Empty } from '../../ui/empty.tsx'
import { JobBar } from '../../ui/job-progress.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { JobPage } from './job-page.tsx'
import { kindText } from './job-words.ts'

const most = 200
const choices = [
  ['', 'all'],
  ['running,cancelling', 'under way'],
  ['done', 'done'],
  ['cancelled', 'cancelled'],
  ['interrupted', 'interrupted'],
] as const

/** What was asked of many clusters at once: how far is it, and what became of it? */
export default function JobsPage({ parts: [id] }: PageProps) {
  return id === undefined ? <Jobs /> : <JobPage id={id} />
}

function Jobs() {
  usePageTitle('Jobs')
  const state = useSearch().get('state') ?? ''
  const chosen = choices.find(([one]) => one === state)?.[0] ?? ''
  const jobs = useAnswer('jobs', { query: { limit: most, ...(chosen === '' ? {} : { state: chosen }) } })
  return (
    <div className="page">
      <h1>Jobs</h1>
      <p className="sub">
        Work on many clusters at once. It goes on when this page is closed, and what became of it is kept.
      </p>
      <div className="row wrap" style={{ margin: '16px 0 8px' }}>
        <Choose
          what="State"
          value={chosen}
          choices={choices}
          onChoose={(one) => go(withSearch({ state: one }), { replace: true })}
        />
      </div>
      <Answer of={jobs} what="the jobs">
        {({ items }) =>
          items.length === 0 ? (
            <Empty
              title={chosen === '' ? 'No job yet' : 'No job is in this state'}
              action={<Link to={address.fleet()}>Select clusters on the fleet</Link>}
            >
              A job begins when several clusters are healed or looked at again together.
            </Empty>
          ) : (
            <JobTable jobs={items} />
          )
        }
      </Answer>
    </div>
  )
}

function JobTable({ jobs }: { readonly jobs: readonly JobView[] }) {
  return (
    <div className="table-box">
      <table className="table">
        <thead>
          <tr>
            <th>Job</th>
            <th>State</th>
            <th>Clusters</th>
            <th>By</th>
            <th>Reason</th>
            <th className="right">Began</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.id}>
              <td>
                <Link to={address.job(job.id)}>
                  <b>{kindText(job.kind)}</b>
                </Link>
                <div className="below">
                  <code>{job.id}</code>
                  {job.bundles.length === 0 ? '' : ` · ${job.bundles.slice(0, 3).join(', ')}`}
                </div>
              </td>
              <td>
                <b>{job.state}</b>
                <div className="below">{job.cancelledBy === undefined ? '' : `by ${job.cancelledBy}`}</div>
              </td>
              <td style={{ minWidth: 200 }}>
                {countsText(job)}
                <JobBar job={job} />
              </td>
              <td>{job.by}</td>
              <td>{job.reason ?? <span className="sub">—</span>}</td>
              <td className="right nowrap sub">
                <Age at={job.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function countsText({ counts }: JobView): string {
  const { total, done, failed, notBegun, unknown } = counts
  return [
    `${(done + failed).toLocaleString('en')}/${total.toLocaleString('en')}`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(notBegun === 0 ? [] : [`${notBegun} not begun`]),
    ...(unknown === 0 ? [] : [`${unknown} unknown`]),
  ].join(', ')
}
