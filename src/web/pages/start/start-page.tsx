import './start.css'
import { useAnswer } from '../../data/answers.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Age } from '../../ui/age.tsx'
import { Answer, Together } from '../../ui/answer.tsx'
import { Chip } from '../../ui/identity.tsx'
import { StateText } from '../../ui/glyph.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { classText, counted, shortRevision } from '../../ui/value.tsx'
import { stepsOf } from './steps.ts'

const shown = 12

/** What is the next step? A list that reads the real state: what is done stays done, whoever did it. */
export default function StartPage() {
  usePageTitle('Start')
  const whoami = useAnswer('whoami', {}, { every: 60_000 })
  const fleet = useAnswer('fleet', {})
  const clusters = useAnswer('clusters', { query: { limit: shown } })
  const status = useAnswer('status', {})
  const bundles = useAnswer('bundles', { query: { limit: 1 } })
  const drift = useAnswer('drift', { query: { limit: 1, state: 'open,healing,healed,gone' } })
  const steps = stepsOf({
    fleet: fleet.data,
    status: status.data,
    clusters: clusters.data,
    bundles: bundles.data?.total,
    drift: drift.data,
  })
  const done = steps.filter((step) => step.done).length
  const first = drift.data?.items[0]
  return (
    <div className="page">
      <div className="page-head">
        <h1>Start</h1>
        {whoami.data?.hub.readOnly === true ? (
          <span className="label-box">mode observe: nothing is written</span>
        ) : null}
      </div>
      <Together of={[whoami, fleet, clusters, status, bundles, drift]} what="how far this is set up">
        <p className="sentence">
          <span>
            hub for <b>{<Age at={whoami.data?.hub.startedAt} />}</b>
          </span>
          <span>
            <b>{status.data?.clusters.toLocaleString('en') ?? '…'}</b> clusters known
          </span>
          <span>
            <b>{clusters.data?.items.filter(({ state }) => state !== 'unreachable').length ?? '…'}</b> of the
            first {Math.min(shown, clusters.data?.total ?? shown)} answer
          </span>
        </p>
        <div className="two">
          <section aria-label="What there is">
            {first === undefined ? null : (
              <div className="first-drift">
                <div>
                  <b>The latest difference</b>
                  <p>
                    {first.path === '' ? null : (
                      <>
                        <code>{first.path}</code> of{' '}
                      </>
                    )}
                    {first.object.kind} {first.object.name}
                    {first.path === '' ? ` ${classText(first.class)}` : ''} on{' '}
                    <Chip environment={first.environment} tier={first.tier} cluster={first.cluster} linked />
                  </p>
                  <p className="sub">
                    by {first.writer.person ?? first.writer.manager ?? 'a write without a trace'} ·{' '}
                    {first.sure}
                  </p>
                </div>
                <Link className="button primary" to={address.object(first.cluster, first.object)}>
                  Open drift
                </Link>
              </div>
            )}
            <div className="section-head">
              <h2>Clusters</h2>
              <span className="sub">declared in the fleet repository</span>
            </div>
            <Answer of={clusters} what="the clusters">
              {({ items, total }) =>
                items.length === 0 ? (
                  <p className="sub">None is declared yet. The steps at the side say how.</p>
                ) : (
                  <div className="table-box">
                    <table className="table compact">
                      <thead>
                        <tr>
                          <th>Cluster</th>
                          <th>Version</th>
                          <th>State</th>
                          <th className="right">Bundles</th>
                          <th className="right">Seen</th>
                        </tr>
                      </thead>
                      <tbody>
                        {items.map((view) => (
                          <tr key={view.name}>
                            <td>
                              <Chip
                                environment={view.environment}
                                tier={view.tier}
                                cluster={view.name}
                                linked
                              />
                            </td>
                            <td>{view.version ?? 'not known'}</td>
                            <td>
                              <StateText state={view.state} />
                              <div className="below">{view.reason}</div>
                            </td>
                            <td className="right">{view.bundles}</td>
                            <td className="right sub nowrap">
                              <Age at={view.seen} />
                            </td>
                          </tr>
                        ))}
                      </tbody>
                    </table>
                    {total > items.length ? (
                      <p className="sub">
                        and {counted(total - items.length, 'more cluster')} on the{' '}
                        <Link to={address.fleet()}>map</Link>
                      </p>
                    ) : null}
                  </div>
                )
              }
            </Answer>
            <Answer of={fleet} what="the fleet repository">
              {(view) => (
                <>
                  <div className="section-head">
                    <h2>Repositories</h2>
                  </div>
                  {view.repositories.map((repository) => (
                    <p key={repository.name}>
                      <b>{repository.name}</b> <code>{repository.url}</code> {repository.branch} ·{' '}
                      {repository.state}
                      {repository.message === undefined ? '' : `: ${repository.message}`}
                      {repository.name === 'fleet' && view.revision !== undefined
                        ? ` · in force: ${shortRevision(view.revision)}`
                        : ''}
                    </p>
                  ))}
                  {view.problems.map((problem) => (
                    <p key={problem.file + problem.line + problem.message}>
                      <code>
                        {problem.file}:{problem.line}
                      </code>{' '}
                      {problem.message}
                    </p>
                  ))}
                </>
              )}
            </Answer>
          </section>
          <aside aria-label="Next steps">
            <div className="section-head">
              <h2>Next steps</h2>
              <span className="sub">
                {done} of {steps.length} · resumes where you left
              </span>
            </div>
            <ol className="steps">
              {steps.map((step, at) => (
                <li key={step.title} className={step.done ? 'done' : at === done ? 'current' : ''}>
                  <span className="step-mark">{step.done ? '✓' : at + 1}</span>
                  <div>
                    <b>{step.title}</b>
                    <span className="hidden-text">{step.done ? ', done' : ', to do'}</span>
                    <div className="below">{step.done ? step.proof : step.how}</div>
                    {step.done || step.command === undefined ? null : (
                      <pre className="patch command">{step.command}</pre>
                    )}
                  </div>
                </li>
              ))}
            </ol>
          </aside>
        </div>
      </Together>
    </div>
  )
}
