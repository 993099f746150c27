import type { TraceView } from '../../api/index.ts'
import { targetArguments } from '../arguments/target-arguments.ts'
import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { type Format, formatOf, isMachineFormat, printDocument } from '../output/format.ts'
import { shortRevision } from '../output/words.ts'
import { shortName } from '../../core/built-in-kinds.ts'
import type { Options, Session } from '../session.ts'

type Step = TraceView['steps'][number]

/** `ek trace <cluster> <object>`: from an object back to the commit that it comes from, on one line. */
export async function traceCommand(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<ExitCode> {
  const { client } = await session.hub()
  const format = formatOf(options.output)
  const { clusters, object } = await targetArguments(session, words, options)
  const [cluster, ...more] = clusters ?? []
  if (cluster === undefined || more.length > 0 || object === undefined) {
    throw cliFailure('usage', 'trace: wanted one cluster and one object', {
      hint: `write it like ${session.program} trace prod-eu-3 pod/api-7d9f -n checkout`,
    })
  }
  const trace = await client.trace({
    params: { cluster },
    query: {
      kind: object.kind,
      name: object.name,
      namespace: object.namespace ?? 'default',
      ...(object.group === undefined ? {} : { group: object.group }),
    },
  })
  if (isMachineFormat(format)) await printDocument(session.terminal, format, 'Trace', trace)
  else session.terminal.line(stepTexts(trace.steps, format).join(' <- '))
  return exitCodes.success
}

function stepTexts(steps: readonly Step[], format: Format): string[] {
  const lastObject = steps.findLastIndex((step) => step.is === 'object')
  return steps.map((step, index) => {
    switch (step.is) {
      case 'object': {
        // What stands between is made by controllers under names that say nothing.
        const between = index > 0 && index < lastObject && format !== 'wide'
        if (between) return step.object.kind
        const kind = index === 0 ? shortest(step.object.kind, step.object.group) : step.object.kind
        return `${kind}/${step.object.name}`
      }
      case 'bundle':
        return `bundle ${step.bundle}@${shortRevision(step.revision)}`
      case 'source': {
        const { repository, file, line } = step.origin
        return `${repository === undefined ? '' : `${repository} `}${file}:${line}`
      }
      case 'change':
      case 'unknown':
        return step.text
    }
  })
}

/** The object that was asked for, as people type it. */
function shortest(kind: string, group: string): string {
  return kind === 'Pod' ? 'pod' : shortName(kind, group)
}
