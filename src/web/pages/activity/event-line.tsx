import type { EventView } from '../../../api/index.ts'
import type { StateWord } from '../../../core/state/index.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Clock } from '../../ui/age.tsx'
import { Glyph } from '../../ui/glyph.tsx'

const marks: Readonly<Record<string, StateWord>> = {
  drift: 'drifted',
  fight: 'drifted',
  unreachable: 'unreachable',
  refused: 'unreachable',
  'apply-failed': 'failed',
  'heal-failed': 'failed',
}

/** One event as a line of a timeline. */
export function EventLine({ event, where = false }: { readonly event: EventView; readonly where?: boolean }) {
  const mark = marks[event.type]
  const { cluster, bundle, actor, reason, job } = event
  return (
    <li>
      <span className="when">
        <Clock at={event.at} />
      </span>
      {mark === undefined ? (
        <span className={`dot${actor === undefined ? '' : ' full'}`} />
      ) : (
        <span className="mark">
          <Glyph state={mark} />
        </span>
      )}
      <span>
        <span dir="auto">{event.message}</span>
        <div className="below">
          {[event.type, actor, reason].filter((one) => one !== undefined).join(' · ')}
          {job === undefined ? null : (
            <>
              {' · '}
              <Link to={address.job(job)}>the job</Link>
            </>
          )}
          {where && cluster !== undefined ? (
            <>
              {' · '}
              <Link to={address.cluster(cluster)}>{cluster}</Link>
            </>
          ) : null}
          {where && bundle !== undefined ? (
            <>
              {' · '}
              <Link to={address.bundle(bundle)}>{bundle}</Link>
            </>
          ) : null}
        </div>
      </span>
    </li>
  )
}
