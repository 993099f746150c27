import { useState } from 'react'
import { useAnswer } from '../../data/answers.ts'
import { useWhyNot } from '../../data/caller.ts'
import { useScope } from '../../data/scope.ts'
import { HealDialog } from '../../guard/heal-dialog.tsx'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Age } from '../../ui/age.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Glyph, StateText } from '../../ui/glyph.tsx'
import { Chip } from '../../ui/identity.tsx'
import { ObjectName } from '../../ui/object-name.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { classText, counted, Value, writerKindText } from '../../ui/value.tsx'
import { CauseExpansion } from './cause-expansion.tsx'
import { Outcome } from './cause-words.tsx'

const shown = 100

/** One cause: the edit, everywhere it is, everywhere it is not, and what to do about it. */
export function CausePage({ id }: { readonly id: string }) {
  const query = useScope()
  const cause = useAnswer('cause', { params: { cause: id }, query })
  const whyNot = useWhyNot('operate')
  const [healing, setHealing] = useState<readonly string[]>()
  const known = cause.data
  usePageTitle(known === undefined ? 'Drift' : known.short)
  return (
    <div className="page">
      <p className="crumbs">
        <Link to={address.drift()}>Drift</Link> / {known?.short ?? id}
      </p>
      <Answer of={cause} what={`cause ${id}`}>
        {(view) => {
          const having = view.members.filter(({ has }) => has === 'has')
          const isOver = view.tab === 'settled'
          return (
            <>
              <div className="page-head">
                <h1>
                  <ObjectName object={view.object} />
                </h1>
                {isOver ? null : (
                  <div className="actions">
                    <button
                      type="button"
                      className="button"
                      disabled={whyNot !== undefined || having.length === 0}
                      title={whyNot}
                      onClick={() => setHealing(having.map(({ cluster }) => cluster))}
                    >
                      Heal on {counted(having.length, 'cluster')}…
                    </button>
                  </div>
                )}
              </div>
              <p className="sentence">
                <span>
                  <Glyph state={isOver ? 'in-sync' : 'drifted'} />
                  <code>{view.path === '' ? 'whole object' : view.path}</code>
                </span>
                <span>
                  <Value value={view.desired} /> → <Value value={view.live} />
                </span>
                <span>
                  on <b>{view.clusters.toLocaleString('en')}</b> of {view.of.toLocaleString('en')} clusters
                </span>
                <span className="as-of">
                  · {classText(view.class)} · since <Age at={view.since} />
                </span>
              </p>
              <dl className="fact-grid">
                <Fact name="By">
                  {view.people.length === 0 ? writerKindText(view.writer.kind) : view.people.join(', ')}
                  <div className="below">
                    {view.writer.manager ?? 'the write left no trace'}
                    {view.writer.subresource === undefined ? '' : `, ${view.writer.subresource}`}
                  </div>
                </Fact>
                <Fact name="Bundle">
                  <Link to={address.bundle(view.bundle)}>{view.bundle}</Link>
                  <div className="below">mode {view.modes.join(', ')}</div>
                </Fact>
                <Fact name="If nobody decides">
                  <Outcome cause={view} />
                </Fact>
                <Fact name="How sure">
                  {Object.entries(view.sure)
                    .filter(([, count]) => count > 0)
                    .map(([sure, count]) => `${sure} on ${count}`)
                    .join(', ')}
                </Fact>
              </dl>
              <CauseExpansion cause={view} />
              <div className="section-head">
                <h2>Clusters that have it</h2>
                <span className="sub">
                  {having.length > shown ? `the first ${shown} of ${having.length}` : having.length}
                </span>
              </div>
              <div className="table-box">
                <table className="table compact">
                  <thead>
                    <tr>
                      <th>Cluster</th>
                      <th>State of the cluster</th>
                      <th>Object</th>
                      <th />
                    </tr>
                  </thead>
                  <tbody>
                    {having.slice(0, shown).map((member) => (
                      <tr key={member.cluster}>
                        <td>
                          <Chip
                            environment={member.environment}
                            tier={member.tier}
                            cluster={member.cluster}
                            linked
                          />
                        </td>
                        <td>
                          <StateText state={member.state} />
                        </td>
                        <td>
                          <Link to={address.object(member.cluster, view.object)}>Fields and evidence</Link>
                        </td>
                        <td className="right">
                          {isOver ? null : (
                            <button
                              type="button"
                              className="button small-button"
                              disabled={whyNot !== undefined}
                              title={whyNot}
                              aria-label={`Heal ${member.cluster}`}
                              onClick={() => setHealing([member.cluster])}
                            >
                              Heal…
                            </button>
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              {healing === undefined ? null : (
                <HealDialog
                  selection={{ clusters: [...healing], cause: view.id }}
                  onClose={() => setHealing(undefined)}
                />
              )}
            </>
          )
        }}
      </Answer>
    </div>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt className="sub small">{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
