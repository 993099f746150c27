import type { DriftView } from '../../../api/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { Clock } from '../../ui/age.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { shortChange, shortPath } from '../../ui/value.tsx'

interface EvidenceProps {
  readonly cluster: string
  readonly object: DriftView['object']
  readonly records: readonly DriftView[]
}

interface Step {
  readonly key: string
  readonly at: string
  readonly bound?: boolean
  readonly mark: 'drift' | 'done' | 'seen' | 'next'
  readonly text: string
  readonly below: string
}

const most = 40

/** Everything that is known of how it came to this, oldest first, and what comes next by itself. */
export function Evidence({ cluster, object, records }: EvidenceProps) {
  const events = useAnswer('events', { query: { cluster, limit: 500 } })
  const own = (events.data?.items ?? []).filter(
    (event) =>
      event.object !== undefined &&
      event.object.kind === object.kind &&
      event.object.name === object.name &&
      event.object.namespace === object.namespace,
  )
  const steps = [
    ...records.flatMap(stepsOf),
    ...own.map(
      (event): Step => ({
        key: event.id,
        at: event.at,
        mark: 'done',
        text: event.message,
        below: event.actor ?? event.type,
      }),
    ),
  ]
    .toSorted((one, two) => (one.at < two.at ? -1 : 1))
    .slice(-most)
  return (
    <section aria-label="Evidence">
      <div className="section-head">
        <h2>Evidence</h2>
        <span className="sub">oldest first, UTC</span>
      </div>
      {steps.length === 0 ? <p className="sub">Nothing is on record for this object.</p> : null}
      <ol className="timeline">
        {steps.map((step) => (
          <li key={step.key}>
            <span className="when">
              {step.bound === true ? '≤' : ''}
              <Clock at={step.at} />
            </span>
            {step.mark === 'drift' ? (
              <span className="mark">
                <Glyph state="drifted" />
              </span>
            ) : (
              <span className={`dot ${step.mark === 'done' ? 'full' : step.mark === 'next' ? 'next' : ''}`} />
            )}
            <span>
              {step.text}
              <div className="below">{step.below}</div>
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}

function stepsOf(record: DriftView): Step[] {
  const { id, writer, path } = record
  const field = shortPath(path)
  const steps: Step[] = [
    {
      key: `${id} set`,
      at: record.when,
      bound: record.whenIsBound,
      mark: 'drift',
      text: `${writer.person ?? writer.manager ?? 'Somebody'} set ${field} ${shortChange(record.desired, record.live)}`,
      below:
        writer.person === undefined
          ? `${record.sure}: ${writer.manager ?? 'no trace of a writer'}`
          : `${writer.manager ?? ''}, by audit: ${record.sure}`,
    },
  ]
  if (record.healedAt !== undefined)
    steps.push({
      key: `${id} healed`,
      at: record.healedAt,
      mark: 'done',
      text: `${field} healed`,
      below: 'Git’s value was written back',
    })
  else if (record.state === 'gone')
    steps.push({
      key: `${id} gone`,
      at: record.lastSeen,
      mark: 'done',
      text: `${field} became desired by itself`,
      below: 'nothing was written',
    })
  else if (record.healAt !== undefined)
    steps.push({
      key: `${id} heals`,
      at: record.healAt,
      mark: 'next',
      text: `Heal of ${field} begins`,
      below: 'if nothing else happens',
    })
  if (record.hold !== undefined)
    steps.push({
      key: `${id} held`,
      at: record.hold.since,
      mark: 'seen',
      text: 'Heal is held',
      below: record.hold.detail,
    })
  return steps
}
