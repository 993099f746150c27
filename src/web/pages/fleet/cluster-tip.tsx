import { useEffect, useState } from 'react'
import { stateName, type StateWord } from '../../../core/state/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { Age } from '../../ui/age.tsx'
import { Chip } from '../../ui/identity.tsx'

export interface TipPlace {
  readonly name: string
  readonly rect: DOMRect
}

const patience = 120
const tipWidth = 320

/** What a glyph stands for: who, why, and how old that is. Asked for when the pointer rests. */
export function ClusterTip({
  place,
  state,
}: {
  readonly place: TipPlace
  readonly state: StateWord | undefined
}) {
  const { name, rect } = place
  const [resting, setResting] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setResting(name), patience)
    return () => clearTimeout(timer)
  }, [name])
  const answer = useAnswer('cluster', { params: { cluster: name } }, { when: resting === name, every: false })
  const view = answer.data?.name === name ? answer.data : undefined
  const left = Math.max(8, Math.min(rect.left - 12, window.innerWidth - tipWidth - 8))
  const above = rect.top > 180
  const vertical = above ? { bottom: window.innerHeight - rect.top + 8 } : { top: rect.bottom + 8 }
  return (
    <div className="tip" role="tooltip" style={{ left, ...vertical }}>
      {view === undefined ? <b dir="auto">{name}</b> : <Chip {...view.identity} />}
      <div style={{ marginTop: 6 }}>
        <b>{state === undefined ? '' : stateName(state)}</b>
        {view?.reason === undefined ? '' : `: ${view.reason}`}
      </div>
      {view === undefined ? null : (
        <div className="sub">
          seen <Age at={view.seen} /> {view.seen === undefined ? '' : 'ago'}
          {view.version === undefined ? '' : ` · ${view.version}`} · {view.bundles} bundles
          {view.flags.length > 1
            ? ` · also ${view.flags.slice(1).map(stateName).join(', ').toLowerCase()}`
            : ''}
          {view.lastKnown === undefined ? null : (
            <>
              <br />
              Last known <Age at={view.lastKnown.at} /> ago: {stateName(view.lastKnown.state)}
            </>
          )}
        </div>
      )}
    </div>
  )
}
