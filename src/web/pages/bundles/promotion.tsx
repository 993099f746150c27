import { useState } from 'react'
import { type PromotionView, targetsOfRun } from '../../../api/index.ts'
import { queryClient, useAnswer } from '../../data/answers.ts'
import { useWhyNot } from '../../data/caller.ts'
import { hub } from '../../data/hub.ts'
import { GuardDialog } from '../../guard/guard-dialog.tsx'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Choose } from '../../ui/choose.tsx'
import { Empty } from '../../ui/empty.tsx'
import { ObjectName } from '../../ui/object-name.tsx'
import { counted, shortRevision } from '../../ui/value.tsx'
import { Effects } from '../rollouts/effects.tsx'

const shown = 100
const signs = { create: '+', configure: '~', delete: '−' } as const

interface PromotionProps {
  readonly bundle: string
  /** Those that the bundle runs in. */
  readonly environments: readonly string[]
}

/** How far a revision is from one environment to the next, what it changes there, and how their renderings differ. */
export function Promotion({ bundle, environments }: PromotionProps) {
  const [chosen, setChosen] = useState('')
  const marks = useAnswer('fleetMap', { query: {} }, { every: 60_000 })
  // The hub orders environments with the last one first; the first one has none before it.
  const ordered = (marks.data?.environments ?? [])
    .map(({ name }) => name)
    .filter((name) => environments.includes(name))
  const targets = ordered.slice(0, -1)
  const to = targets.includes(chosen) ? chosen : targets[0]
  if (marks.data === undefined) return null
  if (to === undefined)
    return <Empty title="Nothing to promote to">The bundle runs in one environment only.</Empty>
  return (
    <>
      <div className="row" style={{ marginBottom: 12 }}>
        <Choose
          what="To"
          value={to}
          choices={targets.map((name) => [name, name] as const)}
          onChoose={setChosen}
        />
      </div>
      <PromotionTo key={to} bundle={bundle} to={to} />
    </>
  )
}

function PromotionTo({ bundle, to }: { readonly bundle: string; readonly to: string }) {
  const promotion = useAnswer('promotion', { params: { bundle }, query: { to } }, { every: 30_000 })
  const [promoting, setPromoting] = useState(false)
  const whyNot = useWhyNot('approve')
  return (
    <Answer of={promotion} what="the promotion">
      {(view) => (
        <>
          <div className="table-box">
            <table className="table">
              <thead>
                <tr>
                  <th />
                  <th>Environment</th>
                  <th>In force</th>
                  <th className="right">Clusters</th>
                  <th className="right">At the new revision</th>
                </tr>
              </thead>
              <tbody>
                <Side what="from" side={view.from} />
                <Side what="to" side={view.to} />
              </tbody>
            </table>
          </div>
          <div className="page-head" style={{ marginTop: 12 }}>
            <p className="sentence">
              <span>
                {view.revision === undefined ? (
                  <>
                    <b>Nothing waits for {view.to.environment}</b>
                  </>
                ) : (
                  <>
                    <b>
                      <code>{shortRevision(view.revision)}</code>
                    </b>{' '}
                    waits for {view.to.environment}
                  </>
                )}
              </span>
              {view.blocked === undefined ? null : (
                <span>
                  {view.blocked.message} <span className="sub">{view.blocked.hint}</span>
                </span>
              )}
            </p>
            {view.run === undefined ? null : (
              <div className="actions">
                <Link className="button" to={address.run(view.run.id)}>
                  See the run
                </Link>
                {view.blocked === undefined ? (
                  <button
                    type="button"
                    className="button primary"
                    disabled={whyNot !== undefined}
                    title={whyNot}
                    onClick={() => setPromoting(true)}
                  >
                    Promote to {view.to.environment}…
                  </button>
                ) : null}
              </div>
            )}
          </div>
          <div className="two even">
            <Differences view={view} />
            <aside aria-label="Effects">
              {view.effects.length === 0 ? null : <Effects effects={view.effects} />}
            </aside>
          </div>
          {promoting && view.run !== undefined ? (
            <PromoteDialog view={view} run={view.run.id} onClose={() => setPromoting(false)} />
          ) : null}
        </>
      )}
    </Answer>
  )
}

function Side({ what, side }: { readonly what: string; readonly side: PromotionView['from'] }) {
  return (
    <tr>
      <td className="sub">{what}</td>
      <td>
        <b>{side.environment}</b>
      </td>
      <td>
        {side.revisions.length === 0
          ? 'nothing'
          : side.revisions.map((revision) => <code key={revision}>{shortRevision(revision)} </code>)}
      </td>
      <td className="right">{side.clusters}</td>
      <td className="right">
        {side.ready} of {side.clusters}
      </td>
    </tr>
  )
}

function Differences({ view }: { readonly view: PromotionView }) {
  const { from, to, differences } = view
  return (
    <section aria-label="Differences">
      <div className="section-head">
        <h2>
          How {to.environment} will still differ from {from.environment}
        </h2>
        <span className="sub">{counted(differences.length, 'object')}, by their renderings</span>
      </div>
      {differences.length === 0 ? <p className="sub">In nothing: both render to the same.</p> : null}
      <ul>
        {differences.slice(0, shown).map((item) => (
          <li
            key={item.action + item.object.kind + item.object.namespace + item.object.name}
            className="mono"
          >
            {signs[item.action]} <ObjectName object={item.object} />
            {item.fields.map(({ path, from: before, to: after }) => (
              <div key={path} style={{ paddingLeft: 16 }}>
                {path} <span className="sub">{before}</span> → {after}
              </div>
            ))}
          </li>
        ))}
      </ul>
      {differences.length > shown ? <p className="sub">the first {shown}</p> : null}
    </section>
  )
}

interface PromoteDialogProps {
  readonly view: PromotionView
  readonly run: string
  readonly onClose: () => void
}

/** Lets the run that brings the revision go on to the clusters that wait for an approval. */
function PromoteDialog({ view, run, onClose }: PromoteDialogProps) {
  const detail = useAnswer('run', { params: { run } }, { every: false })
  const clusters = detail.data === undefined ? [] : targetsOfRun(detail.data, 'approve')
  const identities = useAnswer(
    'identities',
    { query: { cluster: clusters } },
    { when: clusters.length > 0, every: false },
  )
  return (
    <GuardDialog
      title={`Promote ${view.bundle} to ${view.to.environment}`}
      verb="Promote"
      targets={identities.data?.items ?? []}
      ready={identities.data !== undefined}
      onClose={onClose}
      onConfirm={async (given, key) => {
        await hub.approveRun({ params: { run }, body: given }, { idempotencyKey: key })
        void queryClient.invalidateQueries()
        return <p>Approved: the run goes on to {view.to.environment}, stage by stage.</p>
      }}
    >
      <p>
        The run goes on with {counted(view.to.clusters, 'cluster')} of {view.to.environment}, at its pace and
        behind its gates. What changes there stands on the page behind.
      </p>
    </GuardDialog>
  )
}
