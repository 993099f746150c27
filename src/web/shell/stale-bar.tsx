import { useLive } from '../data/live.ts'
import { useSecond } from '../data/tick.ts'
import { ageText, clockText } from '../ui/age.tsx'

/** Says that live updates are lost, since when, and that nothing is written meanwhile. */
export function StaleBar() {
  const { connected, lostAt, reason, signedOut } = useLive()
  useSecond()
  if (connected || lostAt === undefined || signedOut) return <div role="alert" />
  const age = ageText((Date.now() - lostAt) / 1000)
  return (
    <div role="alert">
      <div className="stale">
        <span>
          <b>Live updates lost {clockText(new Date(lostAt).toISOString())}</b>; what you see is {age} old.
          Writing is switched off until they are back. <span className="sub">{reason}</span>
        </span>
      </div>
    </div>
  )
}
