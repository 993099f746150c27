import type { FailureDetail } from '../../core/failure.ts'
import { HubFailure } from '../failure.ts'

/** The failure for a configuration with everything that is wrong in it; the first part stands in the message. */
export function wrongConfig(file: string | undefined, details: readonly FailureDetail[]): HubFailure {
  const subject = file ?? 'hub configuration'
  const [first] = details
  const more = details.length > 1 ? ` (and ${details.length - 1} more)` : ''
  const what = first === undefined ? 'is wrong' : [first.where, first.message].filter(Boolean).join(': ')
  return new HubFailure('bad-config', `${subject}: ${what}${more}`, {
    subject,
    details,
    hint: 'the fields stand in schemas/ and in the guide of the hub',
  })
}
