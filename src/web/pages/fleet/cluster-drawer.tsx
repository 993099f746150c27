import { useEffect, useRef } from 'react'
import type { ClusterDetailView } from '../../../api/index.ts'
import { stateName } from '../../../core/state/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Age } from '../../ui/age.tsx'
import { Answer, Together } from '../../ui/answer.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Band, Chip } from '../../ui/identity.tsx'
import { objectShort } from '../../ui/object-name.tsx'
import { shortChange, shortPath } from '../../ui/value.tsx'
import { factsOf } from '../cluster/cluster-facts.ts'

const shownFields = 5

/** A cluster at the side: who it is, why it stands out, and what to do. The map does not move. */
export function ClusterDrawer({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const cluster = useAnswer('cluster', { params: { cluster: name } })
  const box = useRef<HTMLElement>(null)
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') onClose()
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [onClose])
  const view = cluster.data?.name === name ? cluster.data : undefined
  return (
    <aside className="drawer" ref={box} aria-label={`Cluster ${name}`}>
      {view === undefined ? <div className="band" /> : <Band {...view.identity} />}
      <div className="in">
        <div className="row">
          {view === undefined ? <b>{name}</b> : <Chip {...view.identity} large linked />}
          <span className="sub">{view?.tier}</span>
          <span className="grow" />
          <button type="button" className="icon-button" onClick={onClose} aria-label="Close">
            <Icon name="close" />
          </button>
        </div>
        {/* The answer for another cluster is never shown under this name. */}
        <Answer of={{ ...cluster, data: view } as typeof cluster} what={`cluster ${name}`}>
          {(known) => <Inside view={known} />}
        </Answer>
      </div>
    </aside>
  )
}

function Inside({ view }: { readonly view: ClusterDetailView }) {
  const { name } = view
  const drift = useAnswer(
    'drift',
    { query: { cluster: name, limit: shownFields } },
    { when: (view.drift ?? 0) > 0 },
  )
  const fields = drift.data?.items.filter((one) => one.cluster === name) ?? []
  const asked = (view.drift ?? 0) > 0 ? [drift] : []
  return (
    <Together of={asked} what="the fields that differ">
      <p className="sentence">
        <span>
          <Glyph state={view.state} />
          <b>{stateName(view.state)}</b>
          {view.reason === undefined ? '.' : `: ${view.reason}`}
        </span>
      </p>
      {view.lastKnown === undefined ? null : (
        <p className="sub">
          Last known <Age at={view.lastKnown.at} /> ago: {stateName(view.lastKnown.state)}. What it is now is
          not known.
        </p>
      )}
      <div className="row wrap" style={{ margin: '12px 0 20px' }}>
        {(view.drift ?? 0) > 0 ? (
          <Link className="button primary" to={address.cluster(name, 'drift')}>
            Open drift
          </Link>
        ) : null}
        <Link className={(view.drift ?? 0) > 0 ? 'button' : 'button primary'} to={address.cluster(name)}>
          Cluster page
        </Link>
        <Link className="button plain" to={address.compare([name])}>
          Compare
        </Link>
      </div>
      {fields.length === 0 ? null : (
        <>
          <h2>Differs from Git</h2>
          <div className="table-box">
            <table className="table compact">
              <thead>
                <tr>
                  <th>Field</th>
                  <th>Desired → live</th>
                  <th>Owner now</th>
                </tr>
              </thead>
              <tbody>
                {fields.map((one) => (
                  <tr key={one.id}>
                    <td>
                      <Link to={address.object(name, one.object)}>
                        <Glyph state="drifted" /> <code title={one.path}>{shortPath(one.path, 22)}</code>
                      </Link>
                      <div className="below">{objectShort(one.object)}</div>
                    </td>
                    <td className="value">{shortChange(one.desired, one.live)}</td>
                    <td>{one.writer.manager ?? 'unknown'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {(view.drift ?? 0) > fields.length ? <p className="sub">{view.drift} fields in all</p> : null}
        </>
      )}
      <div className="section-head">
        <h2>Facts</h2>
      </div>
      <dl className="facts">
        {factsOf(view).map(({ name: fact, value, at }) => (
          <Fact key={fact} name={fact} value={value} at={at} />
        ))}
      </dl>
      <p className="sub" style={{ marginTop: 16 }}>
        {view.tier === 'protected'
          ? 'Writes here ask for a preview, a reason and the typed name.'
          : view.tier === 'standard'
            ? 'Writes here ask for a preview and a confirmation.'
            : 'Writes here ask for a preview.'}
      </p>
    </Together>
  )
}

function Fact({
  name,
  value,
  at,
}: {
  readonly name: string
  readonly value: string
  readonly at: string | undefined
}) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
      <dd className="age">{at === undefined ? 'Git' : <Age at={at} />}</dd>
    </>
  )
}
