import './activity.css'
import { type PointerEvent, useRef, useState } from 'react'
import type { EventView } from '../../../api/index.ts'
import { clockText } from '../../ui/age.tsx'

export interface Span {
  readonly from: number
  readonly to: number
}

interface LanesProps {
  readonly events: readonly EventView[]
  readonly span: Span | undefined
  readonly onSpan: (span: Span | undefined) => void
}

/** Below that, marks in minutes would say the same more than once. */
const shortSpanMs = 10 * 60_000

const lanes = ['Git', 'Rollout', 'Drift', 'Cluster', 'Person'] as const
type Lane = (typeof lanes)[number]

const byType: Readonly<Record<string, Lane>> = {
  drift: 'Drift',
  fight: 'Drift',
  healed: 'Drift',
  'heal-failed': 'Drift',
  gone: 'Drift',
  run: 'Rollout',
  plan: 'Rollout',
  applied: 'Rollout',
  'apply-failed': 'Rollout',
  pruned: 'Rollout',
  'prune-skipped': 'Rollout',
  adopted: 'Rollout',
  readopted: 'Rollout',
}

/** What a person did stands in their lane, whatever it was about. */
function laneOf({ type, actor }: EventView): Lane {
  if (actor !== undefined) return 'Person'
  if (type.startsWith('fleet') || type.startsWith('repository')) return 'Git'
  if (type.startsWith('run')) return 'Rollout'
  return byType[type] ?? 'Cluster'
}

const height = 22
const left = 76
const width = 1_000
const top = 6

/** Events as marks on one time axis, a lane for each kind. Dragging chooses a part of the time. */
export function Lanes({ events, span, onSpan }: LanesProps) {
  const times = events.map(({ at }) => Date.parse(at))
  const first = times.reduce((low, at) => Math.min(low, at), Number.POSITIVE_INFINITY)
  const last = times.reduce((high, at) => Math.max(high, at), 0)
  const whole = Math.max(60_000, last - first)
  const x = (at: number): number => left + ((at - first) / whole) * (width - left - 16)
  const box = useRef<SVGSVGElement>(null)
  const [drag, setDrag] = useState<number>()
  const timeAt = (event: PointerEvent): number => {
    const rect = box.current?.getBoundingClientRect()
    if (rect === undefined) return first
    const part = ((event.clientX - rect.left) / rect.width) * width
    return first + (Math.min(Math.max(part - left, 0), width - left - 16) / (width - left - 16)) * whole
  }
  const bottom = top + lanes.length * height
  return (
    <svg
      ref={box}
      className="lanes"
      viewBox={`0 0 ${width} ${bottom + 22}`}
      role="img"
      aria-label={lanes
        .map((lane) => `${lane} ${events.filter((event) => laneOf(event) === lane).length}`)
        .join(', ')}
      onPointerDown={(event) => setDrag(timeAt(event))}
      onPointerUp={(event) => {
        if (drag === undefined) return
        const [from = 0, to = 0] = [drag, timeAt(event)].toSorted((one, two) => one - two)
        setDrag(undefined)
        onSpan(to - from < whole / 200 ? undefined : { from, to })
      }}
    >
      {span === undefined ? null : (
        <rect
          className="span"
          x={x(span.from)}
          y={0}
          width={Math.max(2, x(span.to) - x(span.from))}
          height={bottom}
        />
      )}
      {lanes.map((lane, at) => (
        <g key={lane}>
          <text x={0} y={top + at * height + 15}>
            {lane}
          </text>
          <line x1={left} x2={width - 16} y1={top + at * height + 11} y2={top + at * height + 11} />
        </g>
      ))}
      {events.map((event) => (
        <circle
          key={event.sequence}
          className="event"
          cx={x(Date.parse(event.at))}
          cy={top + lanes.indexOf(laneOf(event)) * height + 11}
          r={4}
        >
          <title>{`${clockText(event.at, true)} ${event.message}`}</title>
        </circle>
      ))}
      {[0, 0.25, 0.5, 0.75, 1].map((part) => (
        <text
          key={part}
          className="tick"
          x={x(first + whole * part)}
          y={bottom + 16}
          textAnchor={part === 0 ? 'start' : part === 1 ? 'end' : 'middle'}
        >
          {clockText(new Date(first + whole * part).toISOString(), whole < shortSpanMs)}
        </text>
      ))}
    </svg>
  )
}
