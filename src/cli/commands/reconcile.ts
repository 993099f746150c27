import { exitCodes, type ExitCode } from '../exit-code.ts'
import { allPages } from '../hub/connect.ts'
import { checkClusterNames } from '../hub/known-clusters.ts'
import { formatOf, isMachineFormat, printDocument } from '../output/format.ts'
import { count } from '../output/words.ts'
import { type Options, scopeOf, type Session } from '../session.ts'
import { cliFailure } from '../cli-failure.ts'

/**
 * `ek reconcile [bundle]`: looks at the repository and the clusters now. It decides nothing: what then is written would
 * have been written a little later. With `--wait` it is a job, which is followed until every cluster was looked at.
 */
export async function reconcileCommand(
  session: Session,
  bundle: string | undefined,
  options: Options & { readonly wait?: boolean },
): Promise<ExitCode> {
  const { client } = await session.hub()
  const format = formatOf(options.output)
  const scope = scopeOf(options)
  await checkClusterNames(client, options.cluster)
  const body = {
    ...(bundle === undefined ? {} : { bundle }),
    ...(Object.keys(scope).length === 0
      ? {}
      : {
          clusters: (await allPages((cursor) => client.clusters({ query: { ...scope, cursor } }))).items.map(
            (one) => one.name,
          ),
        }),
  }
  if (body.clusters?.length === 0) throw cliFailure('usage', 'reconcile: no cluster matches')
  if (options.wait === true) {
    const { followJob } = await import('./job.ts')
    return await followJob(session, (await client.reconcileJob({ body })).id, format)
  }
  const result = await client.reconcile({ body })
  if (isMachineFormat(format)) await printDocument(session.terminal, format, 'ReconcileResult', result)
  else {
    const what = result.repository ? 'the repository and ' : ''
    session.terminal.line(`looking at ${what}${count(result.clusters.length, 'cluster')} now`)
  }
  return exitCodes.success
}
