import type { RunView } from './run-view.ts'

type MemberState = RunView['members'][number]['state']

/** In which states of a member a decision lets something be written to it. */
const written = {
  start: ['waiting', 'released', 'healthy', 'failed', 'away', 'reverted'],
  approve: ['waiting', 'released', 'away'],
  skip: ['waiting', 'released', 'away'],
  resume: ['waiting', 'released', 'away', 'failed'],
  revert: ['released', 'healthy', 'failed', 'away'],
} as const satisfies Readonly<Record<string, readonly MemberState[]>>

/**
 * The clusters that a decision about a run lets be written to, and by whose tiers it is guarded: an approval is for those
 * that have not got the change yet, a revert for those that have. What is through, or was left out, is not counted.
 */
export function targetsOfRun(
  { members }: Pick<RunView, 'members'>,
  decision: keyof typeof written,
): string[] {
  const states: readonly MemberState[] = written[decision]
  return members.filter(({ state }) => states.includes(state)).map(({ cluster }) => cluster)
}
