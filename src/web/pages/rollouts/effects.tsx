import './rollouts.css'
import { useState } from 'react'
import type { EffectView } from '../../../api/index.ts'
import { ObjectName } from '../../ui/object-name.tsx'
import { counted, shortPath } from '../../ui/value.tsx'

const signs = { create: '+', configure: '~', delete: '−' } as const
const shown = 4

/** What changes, folded to its distinct effects: the one with the most clusters first. */
export function Effects({ effects }: { readonly effects: readonly EffectView[] }) {
  const clusters = effects.reduce((sum, effect) => sum + effect.clusters.length, 0)
  const deletions = effects.flatMap(({ items }) => items).filter(({ action }) => action === 'delete').length
  return (
    <>
      <div className="section-head">
        <h2>Plan</h2>
      </div>
      <p className="sub">
        {counted(clusters, 'cluster')} {clusters === 1 ? 'changes' : 'change'} in{' '}
        {counted(effects.length, 'distinct effect')}.{' '}
        {deletions === 0
          ? 'Nothing is deleted.'
          : `${counted(deletions, 'object')} is deleted in some of them.`}
      </p>
      {effects.map((effect) => (
        <Effect key={effect.clusters[0] ?? ''} effect={effect} />
      ))}
    </>
  )
}

function Effect({ effect }: { readonly effect: EffectView }) {
  const [all, setAll] = useState(false)
  const items = all ? effect.items : effect.items.slice(0, shown)
  return (
    <div className="effect">
      <div className="effect-count">{effect.clusters.length}</div>
      <div>
        <div title={effect.clusters.join(', ')}>
          {effect.clusters.length === 1 ? effect.clusters[0] : 'clusters'}
          <span className="sub">{effect.from === undefined ? ', new there' : ''}</span>
        </div>
        {items.map((item) => (
          <div
            key={item.action + item.object.kind + item.object.namespace + item.object.name}
            className="mono"
          >
            {signs[item.action]} <ObjectName object={item.object} />
            {item.fields.slice(0, shown).map(({ path, from, to }) => (
              <div key={path} className="effect-field" title={path}>
                {shortPath(path, 30)} <span className="sub">{from}</span> → {to}
              </div>
            ))}
            {item.fields.length > shown ? (
              <div className="effect-field sub">and {item.fields.length - shown} more fields</div>
            ) : null}
          </div>
        ))}
        {effect.items.length > items.length ? (
          <button type="button" className="button plain small-button" onClick={() => setAll(true)}>
            {effect.items.length - items.length} more objects
          </button>
        ) : null}
        {effect.more === 0 ? null : (
          <div className="below">and {counted(effect.more, 'more object')} not listed</div>
        )}
        {effect.notes.map((note) => (
          <div key={note} className="below">
            {note}
          </div>
        ))}
      </div>
    </div>
  )
}
