import { useAnswer } from '../../data/answers.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Answer } from '../../ui/answer.tsx'
import { EventLine } from '../activity/event-line.tsx'

const few = 12

/** What happened on a cluster, newest first. */
export function ClusterActivity({
  cluster,
  short = false,
}: {
  readonly cluster: string
  readonly short?: boolean
}) {
  const events = useAnswer('events', { query: { cluster, limit: short ? few : 500 } })
  return (
    <section aria-label="Activity">
      <div className="section-head">
        <h2>Activity</h2>
        <span className="sub">newest first, UTC</span>
      </div>
      <Answer of={events} what="the activity">
        {({ items }) => (
          <>
            {items.length === 0 ? (
              <p className="sub">Nothing happened here since the hub has kept its log.</p>
            ) : null}
            <ol className="timeline">
              {items.toReversed().map((event) => (
                <EventLine key={event.sequence} event={event} />
              ))}
            </ol>
          </>
        )}
      </Answer>
      {short ? <Link to={address.cluster(cluster, 'activity')}>All activity</Link> : null}
    </section>
  )
}
