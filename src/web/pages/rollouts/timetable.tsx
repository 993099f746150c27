import './rollouts.css'
import type { RunView } from '../../../api/index.ts'
import { useSecond } from '../../data/tick.ts'
import { clockText } from '../../ui/age.tsx'

const labels = 90
const width = 760
const row = 24
const ticks = 5

/** When what comes next is expected: simulated from now on, and open where it hangs on a person. */
export function Timetable({ run }: { readonly run: RunView }) {
  const now = useSecond() * 1000
  if (run.timetable.length === 0) return null
  const times = run.timetable.flatMap(({ startsAt, endsAt }) =>
    [startsAt, endsAt].flatMap((at) => (at === undefined ? [] : [Date.parse(at)])),
  )
  const from = Math.min(now, ...times)
  const to = Math.max(now + 60_000, ...times)
  const x = (at: number): number => labels + ((at - from) / (to - from)) * (width - labels - 60)
  const height = run.timetable.length * row + 40
  return (
    <>
      <div className="section-head">
        <h2>Timetable</h2>
        <span className="sub">simulated from now on, UTC</span>
      </div>
      <div className="table-box">
        <svg width={width} height={height} className="timetable" role="img" aria-label={spoken(run)}>
          {Array.from({ length: ticks }, (_, at) => from + ((to - from) * at) / (ticks - 1)).map((at) => (
            <g key={at}>
              <line x1={x(at)} x2={x(at)} y1={18} y2={height - 16} />
              <text x={x(at)} y={12} textAnchor="middle">
                {clockText(new Date(at).toISOString())}
              </text>
            </g>
          ))}
          {run.timetable.map(({ stage, startsAt, endsAt }, at) => {
            const y = 24 + at * row
            return (
              <g key={stage}>
                <text x={0} y={y + 13}>
                  {stage}
                </text>
                {startsAt === undefined ? (
                  <text x={x(now) + 8} y={y + 13} className="open">
                    when somebody lets it
                  </text>
                ) : (
                  <rect
                    x={x(Date.parse(startsAt))}
                    y={y}
                    width={Math.max(
                      3,
                      x(endsAt === undefined ? Date.parse(startsAt) : Date.parse(endsAt)) -
                        x(Date.parse(startsAt)),
                    )}
                    height={14}
                    rx={2}
                  />
                )}
              </g>
            )
          })}
          <line className="now" x1={x(now)} x2={x(now)} y1={18} y2={height - 16} />
          <text x={x(now)} y={height - 4} textAnchor="middle" className="now-text">
            now
          </text>
        </svg>
      </div>
    </>
  )
}

function spoken({ timetable }: RunView): string {
  return timetable
    .map(
      ({ stage, startsAt }) =>
        `${stage} ${startsAt === undefined ? 'hangs on a person' : `begins ${clockText(startsAt)}`}`,
    )
    .join(', ')
}
