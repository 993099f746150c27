import type { WhoCanView } from '../../api/index.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import type { Session } from '../session.ts'
import { ageOf } from './age.ts'
import { count } from './words.ts'

type Sight = Pick<WhoCanView, 'asked' | 'answered' | 'unanswered' | 'asOf' | 'limited'>

/** How many clusters told theirs, as it stands beside the items of `-o json`. */
export function sightOf({ asked, answered, unanswered, asOf, limited }: Sight): object {
  return { asked, answered, unanswered, ...(asOf === undefined ? {} : { asOf }), limited }
}

/** Says how many clusters answered, and names those whose part is missing or old. */
export function saySight(session: Session, { asked, answered, unanswered, asOf, limited }: Sight): void {
  const { terminal } = session
  const now = session.now()
  if (asked === 0) {
    terminal.note('no cluster matches')
    return
  }
  const age = asOf === undefined ? '' : `  (as of ${ageOf(asOf, now)})`
  terminal.note(`${answered} of ${count(asked, 'cluster')} answered${age}`)
  for (const { cluster, seen, reason } of unanswered) {
    const since = seen === undefined ? 'nothing known' : `as of ${ageOf(seen, now)} ago`
    terminal.note(`unknown: ${cluster}: ${since}: ${reason}`)
  }
  const more = asked - answered - unanswered.length
  if (more > 0) terminal.note(`unknown: ${count(more, 'cluster')} more`)
  if (limited) terminal.note('only what you may look at is shown')
}

/** An error when clusters were asked and none answered. */
export function codeOfSight({ asked, answered }: Sight): ExitCode {
  return asked > 0 && answered === 0 ? exitCodes.error : exitCodes.success
}
