import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { checkClusterNames } from '../hub/known-clusters.ts'
import { keepPrompt } from '../hub/prompt-cache.ts'
import { withContext } from '../kube-context.ts'
import { environmentMark, shortId } from '../output/words.ts'
import type { Options, Session } from '../session.ts'

/**
 * `ek use CLUSTER`: makes sure that a kubeconfig context means this cluster, by the identity that it answers with, and shows
 * it at the prompt from then on. Throws `wrong-identity` when it answers as another.
 */
export async function useCommand(session: Session, cluster: string, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  await checkClusterNames(client, [cluster])
  const { items } = await client.identities({ query: { cluster } })
  const [record] = items
  if (record?.clusterId === undefined) {
    throw cliFailure('wrong-identity', `cluster ${cluster}: its identity is not known yet`, {
      hint: 'wait until the hub has reached it, and see ek describe cluster',
    })
  }
  const { name, id } = await withContext(options.context, session.environment, async (context) => ({
    name: context.name,
    id: await context.clusterId(),
  }))
  if (id !== record.clusterId) {
    const known = (await client.identities({ query: { clusterId: id } })).items[0]
    const as = known === undefined ? 'a cluster that no hub knows' : known.cluster
    throw cliFailure(
      'wrong-identity',
      `context "${name}" answers as ${as} (id ${shortId(id)}), not as ${cluster}`,
      {
        hint: 'name the context that means it with --context',
      },
    )
  }
  await keepPrompt(session, name, record)
  session.terminal.line(`${environmentMark(record)} ${cluster}  (${record.tier})  context ${name}`)
  session.terminal.note(`to make it the one that kubectl means: kubectl config use-context ${name}`)
  return exitCodes.success
}
