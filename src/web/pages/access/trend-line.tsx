import type { QuotaView } from '../../../api/index.ts'

const width = 120
const height = 28
const dayMs = 86_400_000

/** How full it was, as a line up to now; the top is the bound. Notes of less than a day take a part of the width. */
export function TrendLine({ trend }: { readonly trend: QuotaView['trend'] }) {
  const [first] = trend
  const last = trend.at(-1)
  if (first === undefined || last === undefined || trend.length < 2) return <span className="sub">–</span>
  const end = Date.parse(last.at)
  const seen = end - Date.parse(first.at)
  const span = Math.max(dayMs, seen)
  const top = Math.max(100, ...trend.map(({ percent }) => percent))
  const y = (percent: number): number => 2 + (height - 4) * (1 - percent / top)
  const points = trend.map(({ at, percent }) => {
    const x = width - ((end - Date.parse(at)) / span) * width
    return `${x.toFixed(1)},${y(percent).toFixed(1)}`
  })
  const days = Math.round(seen / dayMs)
  const label = `from ${Math.round(first.percent)} % to ${Math.round(last.percent)} % in ${days < 1 ? 'less than a day' : `${days} d`}`
  return (
    <svg className="trend" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img">
      <title>{label}</title>
      <line className="bound" x1={0} x2={width} y1={y(100)} y2={y(100)} />
      <polyline points={points.join(' ')} />
      <circle cx={width} cy={y(last.percent)} r={2} />
    </svg>
  )
}
