import { useAnswer } from '../../data/answers.ts'
import { useScope } from '../../data/scope.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import type { PageProps } from '../../shell/pages.ts'
import { Age } from '../../ui/age.tsx'
import { Answer, Together } from '../../ui/answer.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Chip } from '../../ui/identity.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { counted, shortRevision } from '../../ui/value.tsx'
import { DraftPage } from './draft-page.tsx'
import { RunPage } from './run-page.tsx'
import { RunTable } from './run-table.tsx'

/** Is it going well, and what happens next? Runs and plans, one run, or what a run would do. */
export default function RolloutsPage({ parts: [id, bundle] }: PageProps) {
  if (id === undefined) return <Rollouts />
  return id === 'draft' && bundle !== undefined ? <DraftPage bundle={bundle} /> : <RunPage id={id} />
}

function Rollouts() {
  usePageTitle('Rollouts')
  const scope = useScope()
  const active = useAnswer('runs', { query: { state: 'running,paused,stopped,reverting', limit: 200 } })
  const recent = useAnswer('runs', { query: { state: 'done,aborted,superseded,reverted', limit: 20 } })
  const plans = useAnswer('plans', { query: { ...scope, limit: 200 } })
  const waiting = plans.data?.total ?? 0
  return (
    <div className="page">
      <h1>Rollouts</h1>
      <p className="sentence">
        <span>
          <b>{active.data?.total ?? '…'}</b> under way
        </span>
        <span>
          <b>{plans.data?.total ?? '…'}</b> {waiting === 1 ? 'plan waits' : 'plans wait'} for a decision
        </span>
      </p>
      <Together of={[active, plans, recent]} what="runs and plans">
        <Answer of={active} what="the runs under way">
          {({ items }) =>
            items.length === 0 ? (
              <Empty
                title="Nothing is under way"
                action={<Link to={address.bundles()}>See the bundles</Link>}
              >
                Every cluster has what its rollouts have released. A commit begins the next run.
              </Empty>
            ) : (
              <RunTable runs={items} />
            )
          }
        </Answer>
        {waiting === 0 ? null : (
          <>
            <div className="section-head">
              <h2>Plans</h2>
              <span className="sub">wait for a decision</span>
            </div>
            <div className="table-box">
              <table className="table">
                <thead>
                  <tr>
                    <th>Plan</th>
                    <th>Cluster</th>
                    <th>What it would do</th>
                    <th>Why it asks</th>
                    <th className="right">Waits</th>
                  </tr>
                </thead>
                <tbody>
                  {plans.data?.items.map((plan) => (
                    <tr key={plan.id}>
                      <td>
                        <Link to={address.plan(plan.id)}>
                          <b>{plan.bundle}</b>
                        </Link>
                        <div className="below">
                          {plan.id} · <code>{shortRevision(plan.revision)}</code>
                        </div>
                      </td>
                      <td>
                        <Chip {...plan.identity} linked />
                      </td>
                      <td>
                        {Object.entries(plan.actions)
                          .map(([action, count]) => `${action} ${counted(count, 'object')}`)
                          .join(', ')}
                      </td>
                      <td>{plan.reasons.join('; ')}</td>
                      <td className="right nowrap">
                        <Age at={plan.createdAt} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )}
        <div className="section-head">
          <h2>Ended</h2>
          <span className="sub">the latest 20</span>
        </div>
        <Answer of={recent} what="the runs that have ended">
          {({ items }) =>
            items.length === 0 ? <p className="sub">No run has ended yet.</p> : <RunTable runs={items} />
          }
        </Answer>
      </Together>
    </div>
  )
}
