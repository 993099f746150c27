import type { PlanSummary } from '../../api/index.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { allPages } from '../hub/connect.ts'
import { ageOf } from '../output/age.ts'
import { formatOf, type ListShape } from '../output/format.ts'
import { shortRevision } from '../output/words.ts'
import { type Options, scopeOf, type Session } from '../session.ts'
import { showList } from '../show-list.ts'

/** `ek get plans`: those that wait, unless `--state` says otherwise. */
export async function getPlans(session: Session, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  await showList(session, options, formatOf(options.output), planShape(session.now), async () => {
    const query = {
      ...scopeOf(options),
      ...(options.bundle === undefined ? {} : { bundle: options.bundle }),
      ...(options.state === undefined ? {} : { state: options.state }),
    }
    const { items } = await allPages((cursor) => client.plans({ query: { ...query, cursor } }))
    return {
      rows: items,
      empty: options.state === undefined ? 'no plan waits for a decision' : 'no plan matches',
    }
  })
  return exitCodes.success
}

function planShape(now: () => number): ListShape<PlanSummary> {
  return {
    kind: 'PlanList',
    name: (one) => `plan/${one.id}`,
    columns: [
      { title: 'ID', cell: (one) => one.id },
      { title: 'CLUSTER', cell: (one) => one.identity.cluster },
      { title: 'ENV', cell: (one) => one.identity.environment },
      { title: 'BUNDLE', cell: (one) => one.bundle },
      { title: 'STATE', cell: (one) => one.state },
      { title: 'ACTIONS', cell: actionsText },
      { title: 'AGE', cell: (one) => ageOf(one.createdAt, now()), moving: true },
    ],
    wide: [
      { title: 'REVISION', cell: (one) => shortRevision(one.revision) },
      { title: 'DECIDED BY', cell: (one) => one.decidedBy ?? '-' },
      { title: 'REASONS', cell: (one) => one.reasons.join('; ') || '-' },
    ],
  }
}

/** `2 delete, 1 create`. */
export function actionsText(plan: Pick<PlanSummary, 'actions'>): string {
  const parts = (['delete', 'adopt', 'create', 'configure'] as const).flatMap((action) => {
    const number = plan.actions[action] ?? 0
    return number === 0 ? [] : [`${number} ${action}`]
  })
  return parts.length === 0 ? 'nothing' : parts.join(', ')
}
