import { useState } from 'react'
import type { EventView } from '../../../api/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { useScope } from '../../data/scope.ts'
import { go, useSearch, withSearch } from '../../route/location.ts'
import { clockText } from '../../ui/age.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Choose } from '../../ui/choose.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Icon } from '../../ui/icon.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { counted } from '../../ui/value.tsx'
import { EventLine } from './event-line.tsx'
import { Lanes, type Span } from './lanes.tsx'

const most = 1_000
const drawn = 300

/** What happened around 14:05? Events in lanes on one time axis; a part of it is one drag away, and becomes notes. */
export default function ActivityPage() {
  usePageTitle('Activity')
  const scope = useScope()
  const search = useSearch()
  const type = search.get('type') ?? ''
  const bundle = search.get('bundle') ?? ''
  const events = useAnswer('events', {
    query: { ...scope, limit: most, ...(bundle === '' ? {} : { bundle }) },
  })
  const [span, setSpan] = useState<Span>()
  const [text, setText] = useState('')
  return (
    <div className="page">
      <h1>Activity</h1>
      <Answer of={events} what="the activity">
        {({ items }) => {
          if (items.length === 0)
            return <Empty title="Nothing happened yet">In this scope, since the hub has kept its log.</Empty>
          const types = [...new Set(items.map((event) => event.type))].toSorted()
          const shown = items.filter(
            (event) => (type === '' || event.type === type) && isIn(event, span) && says(event, text),
          )
          return (
            <>
              <Lanes events={items} span={span} onSpan={setSpan} />
              <div className="row wrap" style={{ margin: '16px 0 8px' }}>
                <label className="field" style={{ width: 280 }}>
                  <Icon name="search" />
                  <span className="hidden-text">Filter the events</span>
                  <input
                    value={text}
                    placeholder="Words, cluster, person"
                    onChange={(event) => setText(event.target.value)}
                  />
                </label>
                <Choose
                  what="Type"
                  value={type}
                  choices={[['', 'all'], ...types.map((one) => [one, one] as const)]}
                  onChoose={(one) => go(withSearch({ type: one }), { replace: true })}
                />
                {span === undefined ? null : (
                  <button type="button" className="button plain" onClick={() => setSpan(undefined)}>
                    Whole time
                  </button>
                )}
                <CopyNotes events={shown} />
                <span className="grow" />
                <span className="sub">
                  {shown.length > drawn
                    ? `the latest ${drawn} of ${counted(shown.length, 'event')}`
                    : counted(shown.length, 'event')}
                  , newest first, UTC
                </span>
              </div>
              {shown.length === 0 ? <p className="sub">No event fits the filter above.</p> : null}
              <ol className="timeline">
                {shown
                  .toReversed()
                  .slice(0, drawn)
                  .map((event) => (
                    <EventLine key={event.sequence} event={event} where />
                  ))}
              </ol>
            </>
          )
        }}
      </Answer>
    </div>
  )
}

function isIn(event: EventView, span: Span | undefined): boolean {
  const at = Date.parse(event.at)
  return span === undefined || (at >= span.from && at <= span.to)
}

function says({ message, cluster, actor, bundle, reason }: EventView, text: string): boolean {
  const all = [message, cluster, actor, bundle, reason]
    .filter((one) => one !== undefined)
    .join(' ')
    .toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word))
}

/** The events on screen as lines of Markdown, for the notes of an incident. */
function CopyNotes({ events }: { readonly events: readonly EventView[] }) {
  const notes = (): string =>
    events
      .map(({ at, message, cluster, actor }) => {
        const where = cluster === undefined ? '' : ` [${cluster}]`
        return `- ${clockText(at, true)} UTC${where} ${message}${actor === undefined ? '' : ` (${actor})`}`
      })
      .join('\n')
  return (
    <CopyButton className="button plain" text={notes}>
      Copy as incident notes
    </CopyButton>
  )
}
