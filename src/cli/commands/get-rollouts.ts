import type { RunSummary } from '../../api/index.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { allPages } from '../hub/connect.ts'
import { ageOf } from '../output/age.ts'
import { formatOf, type ListShape } from '../output/format.ts'
import { shortRevision } from '../output/words.ts'
import type { Options, Session } from '../session.ts'
import { showList } from '../show-list.ts'

/** `ek get rollouts`: runs, newest first. */
export async function getRollouts(session: Session, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  await showList(session, options, formatOf(options.output), runShape(session.now), async () => {
    const query = {
      ...(options.bundle === undefined ? {} : { bundle: options.bundle }),
      ...(options.state === undefined ? {} : { state: options.state }),
    }
    const { items } = await allPages((cursor) => client.runs({ query: { ...query, cursor } }))
    return { rows: items, empty: 'no rollout matches' }
  })
  return exitCodes.success
}

function runShape(now: () => number): ListShape<RunSummary> {
  return {
    kind: 'RunList',
    name: (one) => `run/${one.id}`,
    columns: [
      { title: 'ID', cell: (one) => one.id },
      { title: 'BUNDLE', cell: (one) => one.bundle },
      { title: 'REVISION', cell: (one) => shortRevision(one.revision) },
      { title: 'STATE', cell: (one) => one.state },
      { title: 'STAGE', cell: (one) => `${one.stage.number}/${one.stage.of} ${one.stage.name}` },
      { title: 'DONE', cell: (one) => `${one.counts.done}/${one.counts.clusters}`, align: 'right' },
      { title: 'AGE', cell: (one) => ageOf(one.createdAt, now()), moving: true },
      { title: 'REASON', cell: (one) => one.waits.join('; ') || one.reason || '-', flexible: true },
    ],
    wide: [
      { title: 'FAILED', cell: (one) => String(one.counts.failed), align: 'right' },
      { title: 'AWAY', cell: (one) => String(one.counts.away), align: 'right' },
    ],
  }
}
