import './access.css'
import type { WhoCanView } from '../../../api/index.ts'
import { Age } from '../../ui/age.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { counted } from '../../ui/value.tsx'

type Seen = Pick<WhoCanView, 'asked' | 'answered' | 'unanswered' | 'asOf' | 'limited'>

const named = 3
const shown = 20

/** How many clusters told theirs, which did not and why, and whether all of it may be looked at. */
export function Sight({ of }: { readonly of: Seen }) {
  const { asked, answered, unanswered, asOf, limited } = of
  return (
    <div className="sight">
      <p className="sub">
        <b>{answered.toLocaleString('en')}</b> of {counted(asked, 'cluster')} answered
        {asOf === undefined ? null : (
          <>
            {' '}
            · as of <Age at={asOf} />
          </>
        )}
        {limited ? ' · only what you may look at is shown' : ''}
      </p>
      {unanswered.length === 0 ? null : (
        <details>
          <summary>
            <Glyph state="unreachable" /> {(asked - answered).toLocaleString('en')} not known:{' '}
            {unanswered
              .slice(0, named)
              .map(({ cluster }) => cluster)
              .join(', ')}
            {asked - answered > named ? ' …' : ''}
          </summary>
          <ul>
            {unanswered.slice(0, shown).map((one) => (
              <li key={one.cluster}>
                <b>{one.cluster}</b> <Why of={one} />
              </li>
            ))}
            {asked - answered > shown ? (
              <li className="sub">+{(asked - answered - shown).toLocaleString('en')} more</li>
            ) : null}
          </ul>
        </details>
      )}
    </div>
  )
}

/** Of when what is recorded of one cluster is, or why it is not known now. */
export function ClusterSight({ of, cluster }: { readonly of: Seen; readonly cluster: string }) {
  const lack = of.unanswered.find((one) => one.cluster === cluster)
  return (
    <p className="sight sub">
      {lack === undefined ? (
        <>
          as recorded <Age at={of.asOf} /> ago
        </>
      ) : (
        <>
          <Glyph state="unreachable" spoken /> <Why of={lack} />
        </>
      )}
      {of.limited ? ' · only what you may look at is shown' : ''}
    </p>
  )
}

function Why({ of: { seen, reason } }: { readonly of: Seen['unanswered'][number] }) {
  return (
    <span className="sub">
      {seen === undefined ? (
        'nothing known'
      ) : (
        <>
          shown as of <Age at={seen} /> ago
        </>
      )}
      : {reason}
    </span>
  )
}
