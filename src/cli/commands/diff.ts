import { exitCodes, type ExitCode } from '../exit-code.ts'
import { formatOf, isMachineFormat, printDocument } from '../output/format.ts'
import { printEffects } from '../output/run-text.ts'
import { count, shortRevision } from '../output/words.ts'
import type { Options, Session } from '../session.ts'

/**
 * `ek diff <bundle>`: what Git says now against what is in force, as distinct effects. Ends with 1 when anything would
 * change, and says so when nothing would.
 */
export async function diffCommand(session: Session, bundle: string, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  const { terminal } = session
  const format = formatOf(options.output)
  const [draft, detail] = await Promise.all([
    client.draftRun({ params: { bundle } }),
    client.bundle({ params: { bundle } }),
  ])
  if (isMachineFormat(format)) await printDocument(terminal, format, 'Diff', draft)
  else {
    const changed = draft.run?.counts.clusters ?? 0
    const away = detail.placed.filter(({ state }) => state === 'unreachable').map(({ cluster }) => cluster)
    const same = detail.placed.length - changed
    const unreachable =
      away.length === 0 ? '' : `, ${away.length} unreachable: ${away.slice(0, 5).join(', ')}`
    const revision = draft.run === undefined ? '' : ` at ${shortRevision(draft.run.revision)}`
    const line = `${changed} of ${count(detail.placed.length, 'cluster')} ${changed === 1 ? 'changes' : 'change'}${revision} (${same} identical${unreachable})`
    terminal.line(line)
    printEffects(session, draft.run?.effects ?? [])
    if (draft.problem !== undefined)
      terminal.note(`no run can begin: ${draft.problem.message} (${draft.problem.hint})`)
  }
  return draft.run === undefined && draft.problem === undefined ? exitCodes.success : exitCodes.findings
}
