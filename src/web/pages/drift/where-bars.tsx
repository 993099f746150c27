import type { CauseSummary } from '../../../api/index.ts'

const shown = 3

/** In which environments a cause stands, and on how much of each. */
export function WhereBars({ where }: { readonly where: CauseSummary['where'] }) {
  const some = where.filter(({ have }) => have > 0)
  const none = where.filter(({ have }) => have === 0).map(({ environment }) => environment)
  return (
    <div className="where">
      {some.slice(0, shown).map(({ environment, have, of }) => (
        <div key={environment} className="where-row" title={`${have} of ${of} clusters of ${environment}`}>
          <span>{environment}</span>
          <span className="bar-track">
            <i style={{ width: `${Math.max(2, (100 * have) / Math.max(1, of))}%` }} />
          </span>
          <span className="sub">
            {have}/{of}
          </span>
        </div>
      ))}
      {none.length === 0 ? null : <div className="below">none in {none.join(' and ')}</div>}
    </div>
  )
}
