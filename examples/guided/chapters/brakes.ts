import type { Storyteller } from '../storyteller.ts'
import { commitEdit } from './delivery.ts'

/** An emergency: nothing is written anywhere until it is over. */
export async function freezeAndThaw(story: Storyteller): Promise<void> {
  story.teller.chapter('5. An emergency: freeze everything, and thaw it')
  story.aside('nothing is asked: whoever freezes is in a hurry, and nothing is written by it')
  await story.ek(0, 'freeze', '--reason', 'INC-4412: payments are down', '--for', '2h')
  const revision = await commitEdit(
    story,
    'apps/gateway/values.yaml',
    ['limit: 100', 'limit: 250'],
    'Let more guests in',
  )
  await story.untilRun(
    'gateway',
    'is frozen',
    (run) => run.revision === revision && run.waits.some((one) => one.startsWith('frozen')),
  )
  await story.ek(0, 'rollout', 'status', 'gateway')
  await story.ek(0, 'get', 'freezes')
  await story.ek(0, 'thaw', '--confirm=4', '--reason', 'payments are back')
}
