import { useId, useState } from 'react'
import type { FreezeView } from '../../api/index.ts'
import { queryClient, useAnswer } from '../data/answers.ts'
import { hub } from '../data/hub.ts'
import { useScope } from '../data/scope.ts'
import { Age, Clock } from '../ui/age.tsx'
import { counted } from '../ui/value.tsx'
import { GuardDialog } from './guard-dialog.tsx'

const durations = [
  ['', 'until somebody thaws it'],
  ['3600000', '1 hour'],
  ['14400000', '4 hours'],
  ['86400000', '24 hours'],
] as const

/** Stops every write of ours to the clusters in scope. Nothing is asked but a reason: whoever freezes is in a hurry. */
export function FreezeDialog({ onClose }: { readonly onClose: () => void }) {
  const scope = useScope()
  const status = useAnswer('status', { query: scope })
  const freezes = useAnswer('freezes', {})
  const [forMs, setForMs] = useState<string>('')
  const [thawing, setThawing] = useState<FreezeView>()
  const id = useId()
  const count = status.data?.clusters
  if (thawing !== undefined) return <ThawDialog freeze={thawing} onClose={() => setThawing(undefined)} />
  return (
    <GuardDialog
      title="Freeze: stop every write of Evenkeel"
      verb={count === undefined ? 'Freeze' : `Freeze ${counted(count, 'cluster')}`}
      targets={[]}
      reason
      ready={count !== undefined}
      onClose={onClose}
      onConfirm={async ({ reason = '' }, key) => {
        const freeze = await hub.freeze(
          {
            body: {
              reason,
              ...(forMs === '' ? {} : { forMs: Number(forMs) }),
              ...(scope.environment === undefined ? {} : { environments: scope.environment }),
              ...(scope.labels === undefined ? {} : { labels: scope.labels }),
            },
          },
          { idempotencyKey: key },
        )
        void queryClient.invalidateQueries()
        return (
          <p>
            <b>{counted(freeze.clusters.length, 'cluster')} frozen</b> as <code>{freeze.id}</code>. Nothing is
            written there from the next write on.
          </p>
        )
      }}
    >
      <p>
        From the next write on, nothing is applied, healed or removed on{' '}
        <b>{count === undefined ? 'the clusters' : counted(count, 'cluster')}</b>
        {scope.environment === undefined && scope.labels === undefined
          ? ': the whole fleet'
          : `: ${[scope.environment?.join(', '), scope.labels].filter((one) => one !== undefined).join(' · ')}`}
        . Watching goes on; drift is recorded and shown. The scope bar says which clusters are meant.
      </p>
      <div className="ask">
        <label htmlFor={`${id}-for`}>How long</label>
        <select id={`${id}-for`} value={forMs} onChange={(event) => setForMs(event.target.value)}>
          {durations.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      </div>
      {(freezes.data?.items ?? []).length === 0 ? null : (
        <>
          <div className="section-head">
            <h2>In force</h2>
          </div>
          <ul>
            {freezes.data?.items.map((freeze) => (
              <li key={freeze.id} className="row wrap">
                <span>
                  <code>{freeze.id}</code> {counted(freeze.clusters.length, 'cluster')}: {freeze.reason} · by{' '}
                  {freeze.by}, <Age at={freeze.at} /> ago
                  {freeze.until === undefined ? null : (
                    <>
                      , until <Clock at={freeze.until} />
                    </>
                  )}
                </span>
                <button type="button" className="button small-button" onClick={() => setThawing(freeze)}>
                  Thaw…
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </GuardDialog>
  )
}

/** Ends a freeze: what waits is written again, so the guard of its clusters holds. */
function ThawDialog({ freeze, onClose }: { readonly freeze: FreezeView; readonly onClose: () => void }) {
  const identities = useAnswer(
    'identities',
    { query: { cluster: freeze.clusters } },
    { when: freeze.clusters.length > 0 },
  )
  const targets = identities.data?.items ?? []
  return (
    <GuardDialog
      title={`Thaw ${freeze.id}`}
      verb={`Thaw ${counted(freeze.clusters.length, 'cluster')}`}
      targets={targets}
      ready={freeze.clusters.length === 0 || identities.data !== undefined}
      onClose={onClose}
      onConfirm={async (given, key) => {
        await hub.thaw({ params: { freeze: freeze.id }, body: given }, { idempotencyKey: key })
        void queryClient.invalidateQueries()
        return <p>The freeze is over: what waits is written again.</p>
      }}
    >
      <p>
        Frozen by {freeze.by}, <Age at={freeze.at} /> ago: {freeze.reason}. What waits on{' '}
        {counted(freeze.clusters.length, 'cluster')} is written again: rollouts go on and differences are
        healed as their modes say.
      </p>
    </GuardDialog>
  )
}
