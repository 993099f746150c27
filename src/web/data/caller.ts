import type { Privilege } from '../../api/index.ts'
import { useAnswer } from './answers.ts'
import { useLive } from './live.ts'

/** Why a person cannot write now, or undefined when they can. */
export function useWhyNot(privilege: Privilege): string | undefined {
  const live = useLive()
  const whoami = useAnswer('whoami', {}, { every: 60_000 })
  if (!live.connected) return 'Live updates are lost: what you see may be old, so nothing is written'
  const known = whoami.data
  if (known === undefined) return 'It is not known yet what you may do'
  if (!known.privileges.includes(privilege)) return `${known.name} does not hold the privilege ${privilege}`
  if (known.hub.readOnly && privilege === 'operate') return 'This hub only observes: it writes to no cluster'
  return undefined
}
