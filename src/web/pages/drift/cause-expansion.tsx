import type { CauseDetail, CauseSummary } from '../../../api/index.ts'
import { stateName } from '../../../core/state/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { useScope } from '../../data/scope.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Clock, Until } from '../../ui/age.tsx'
import { Answer } from '../../ui/answer.tsx'
import { ShapeOf } from '../../ui/glyph.tsx'
import { counted } from '../../ui/value.tsx'

const shownNames = 6
const drawnMembers = 400
const pitch = 20
const size = 14

/** Who has a change, who lacks it although the bundle runs there, and what happens if nobody decides. */
export function CauseExpansion({ cause }: { readonly cause: CauseSummary }) {
  const query = useScope()
  const detail = useAnswer('cause', { params: { cause: cause.id }, query })
  return (
    <Answer of={detail} what="the clusters of this cause">
      {({ members }) => (
        <div className="expansion-in">
          <Members members={members} />
          <div>
            <Lists cause={cause} members={members} />
            <h3 style={{ marginTop: 16 }}>If nobody decides</h3>
            <p>
              <Fate cause={cause} />
            </p>
          </div>
        </div>
      )}
    </Answer>
  )
}

/** The members as on the fleet map, in columns of their environment: one glyph never means two things. */
export function Members({ members }: { readonly members: CauseDetail['members'] }) {
  const environments = [
    ...new Set(members.filter(({ has }) => has === 'has').map(({ environment }) => environment)),
  ]
  return (
    <div>
      {environments.map((environment) => {
        const own = members.filter((member) => member.environment === environment)
        const drawn = own.slice(0, drawnMembers)
        const columns = Math.min(30, drawn.length)
        return (
          <div key={environment} style={{ marginBottom: 12 }}>
            <h3>
              {environment}: {counted(own.length, 'cluster')} run it
            </h3>
            <svg
              role="img"
              aria-label={`${own.filter(({ has }) => has === 'has').length} of ${own.length} clusters of ${environment} have the change`}
              viewBox={`0 0 ${columns * pitch} ${Math.ceil(drawn.length / columns) * pitch}`}
              style={{ width: columns * pitch, maxWidth: '100%', display: 'block', marginTop: 6 }}
            >
              {drawn.map((member, at) => (
                <svg
                  key={member.cluster}
                  x={(at % columns) * pitch}
                  y={Math.floor(at / columns) * pitch}
                  width={size}
                  height={size}
                  viewBox="0 0 16 16"
                  className={`s-${member.state}`}
                >
                  <title>{`${member.cluster}: ${stateName(member.state)}`}</title>
                  <ShapeOf state={member.state} />
                </svg>
              ))}
            </svg>
            {own.length > drawn.length ? <p className="below">and {own.length - drawn.length} more</p> : null}
          </div>
        )
      })}
    </div>
  )
}

function Lists({
  cause,
  members,
}: {
  readonly cause: CauseSummary
  readonly members: CauseDetail['members']
}) {
  const having = members.filter(({ has }) => has === 'has')
  const lacking = members.filter(({ has }) => has === 'lacks')
  const unknown = members.filter(({ has }) => has === 'unknown')
  const one = having[0]?.cluster
  const other = lacking[0]?.cluster
  return (
    <>
      <h3>
        {counted(having.length, 'cluster')} {having.length === 1 ? 'has' : 'have'} the change
      </h3>
      <Names members={having} />
      <p className="sub">
        {cause.people.length === 0
          ? `by ${cause.writer.manager ?? 'a write that left no trace'}`
          : `by ${cause.people.join(', ')}, by audit`}{' '}
        ·{' '}
        {Object.entries(cause.sure)
          .filter(([, count]) => count > 0)
          .map(([sure, count]) => `${sure} ${count}`)
          .join(', ')}{' '}
        · {cause.whenIsBound ? '≤ ' : ''}
        <Clock at={cause.firstWritten} seconds /> to <Clock at={cause.lastWritten} seconds />
      </p>
      <h3 style={{ marginTop: 16 }}>
        {lacking.length.toLocaleString('en')} lack it
        {unknown.length === 0 ? '' : `, ${unknown.length} not known`}
      </h3>
      <Names members={lacking} />
      {unknown.length === 0 ? null : (
        <p className="sub">
          cannot be asked now:{' '}
          {unknown
            .slice(0, shownNames)
            .map(({ cluster }) => cluster)
            .join(', ')}
          {unknown.length > shownNames ? ` and ${unknown.length - shownNames} more` : ''}
        </p>
      )}
      {one === undefined || other === undefined ? null : (
        <Link to={address.compare([one, other])}>
          Compare {one} with {other}
        </Link>
      )}
    </>
  )
}

function Names({ members }: { readonly members: CauseDetail['members'] }) {
  const shown = members.slice(0, shownNames)
  return (
    <p>
      {shown.map(({ cluster }, at) => (
        <span key={cluster}>
          {at === 0 ? '' : ', '}
          <Link to={address.cluster(cluster, 'drift')}>{cluster}</Link>
        </span>
      ))}
      {members.length > shown.length ? <span className="sub"> +{members.length - shown.length}</span> : null}
    </p>
  )
}

/** What becomes of a cause by itself, as a sentence. */
export function Fate({ cause }: { readonly cause: CauseSummary }) {
  const { outcome, clusters } = cause
  switch (outcome.is) {
    case 'heals':
      return (
        <>
          Evenkeel writes what Git declares to {counted(clusters, 'cluster')}
          {outcome.at === undefined ? (
            ''
          ) : (
            <>
              , the first <Until at={outcome.at} />
            </>
          )}
          . The mode is enforce.
        </>
      )
    case 'healing':
      return <>It is being written back now.</>
    case 'waits':
      return <>It stays as it is. The mode is ask: somebody has to decide.</>
    case 'report-only':
      return <>It stays as it is. The mode is observe: Evenkeel writes nothing there.</>
    case 'held':
      return <>It stays as it is: {outcome.detail}. A heal would be undone or refused again.</>
    case 'healed':
      return <>It is over: what Git declares was written back.</>
    case 'gone':
      return <>It is over: live became desired by itself.</>
  }
}
