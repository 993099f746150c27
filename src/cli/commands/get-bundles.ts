import type { BundleView } from '../../api/index.ts'
import { stateName, stateWords } from '../../core/state/index.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { allPages } from '../hub/connect.ts'
import { ageOf } from '../output/age.ts'
import { formatOf, isMachineFormat, type ListShape } from '../output/format.ts'
import { count, shortRevision, stateText } from '../output/words.ts'
import { type Options, scopeOf, type Session } from '../session.ts'
import { showList } from '../show-list.ts'

/** `ek get bundles`. */
export async function getBundles(session: Session, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  const format = formatOf(options.output)
  let wrong = 0
  await showList(session, options, format, bundleShape(session.now), async () => {
    const query = scopeOf(options)
    const { items } = await allPages((cursor) => client.bundles({ query: { ...query, cursor } }))
    wrong = items.filter((one) => one.problems.length > 0).length
    return { rows: items, empty: 'no bundle matches' }
  })
  if (wrong > 0 && options.watch !== true && !isMachineFormat(format)) {
    const bundles = `${count(wrong, 'bundle')} ${wrong === 1 ? 'has' : 'have'}`
    session.terminal.note(`note: ${bundles} problems in the fleet's files: ${session.program} describe fleet`)
  }
  return exitCodes.success
}

function bundleShape(now: () => number): ListShape<BundleView> {
  return {
    kind: 'BundleList',
    name: (one) => `bundle/${one.name}`,
    columns: [
      { title: 'NAME', cell: (one) => one.name },
      { title: 'STATE', cell: (one) => stateText(one.state) },
      { title: 'CLUSTERS', cell: (one) => String(one.clusters), align: 'right' },
      { title: 'DRIFT', cell: (one) => (one.drift === null ? '?' : String(one.drift)), align: 'right' },
      { title: 'REVISION', cell: (one) => (one.revision === undefined ? '-' : shortRevision(one.revision)) },
      { title: 'SOURCE', cell: (one) => one.source.path },
      { title: 'AS OF', cell: (one) => ageOf(one.asOf, now()), moving: true },
    ],
    wide: [
      { title: 'STATES', cell: statesText },
      { title: 'OBJECTS', cell: (one) => String(one.objects ?? '?'), align: 'right' },
      { title: 'PLACEMENT', cell: (one) => one.placement ?? '-' },
      { title: 'PROBLEMS', cell: (one) => String(one.problems.length), align: 'right' },
    ],
  }
}

/** The members behind a rolled-up state, so that one sick cluster does not paint the rest. */
export function statesText(bundle: BundleView): string {
  const parts = stateWords.flatMap((word) => {
    const number = bundle.states[word] ?? 0
    return number === 0 ? [] : [`${number} ${stateName(word).toLowerCase()}`]
  })
  return parts.length === 0 ? '-' : parts.join(', ')
}
