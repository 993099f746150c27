import type { Privilege } from '../../api/index.ts'
import { useAnswer } from './answers.ts'
import { useLive } from './live.ts'

/** Why a person may not do something, or undefined when they may. */
export function useWhyNotAsk(privilege: Privilege): string | undefined {
  const { data: known } = useAnswer('whoami', {}, { every: 60_000 })
  if (known === undefined) return 'It is not known yet what you may do'
  if (!known.privileges.includes(privilege)) return `${known.name} does not hold the privilege ${privilege}`
  return undefined
}

/** Why a person cannot write now, or undefined when they can. */
export function useWhyNot(privilege: Privilege): string | undefined {
  const live = useLive()
  const whoami = useAnswer('whoami', {}, { every: 60_000 })
  const lack = useWhyNotAsk(privilege)
  if (!live.connected) return 'Live updates are lost: what you see may be old, so nothing is written'
  if (lack !== undefined) return lack
  if (whoami.data?.hub.readOnly === true && privilege === 'operate')
    return 'This hub only observes: it writes to no cluster'
  return undefined
}
