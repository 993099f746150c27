import type { Client, IdentityView } from '../../api/index.ts'
import { isFailure, reasonOf } from '../../core/failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import type { HubAddress } from '../hub/hub-address.ts'
import { keepPrompt } from '../hub/prompt-cache.ts'
import { type KubeContext, withContext } from '../kube-context.ts'
import { ageOf } from '../output/age.ts'
import { formatOf, isMachineFormat, printDocument } from '../output/format.ts'
import { environmentMark, shortId } from '../output/words.ts'
import type { Options, Session } from '../session.ts'

/** What is known about who asks and which cluster would answer. */
interface Whoami {
  readonly context?: { readonly name: string; readonly namespace: string; readonly user: string }
  readonly clusterId?: string
  readonly identity?: IdentityView
  readonly hub?: { readonly name: string; readonly user: string }
}

/**
 * `ek whoami`: which cluster the kubeconfig context means, and who one is there. Works without a hub; with one it knows
 * tier and environment. Ends with 2 when the cluster does not answer.
 */
export async function whoamiCommand(session: Session, options: Options): Promise<ExitCode> {
  const format = formatOf(options.output)
  const hub = await hubOf(session)
  const found = await withContext(options.context, session.environment, (context) =>
    look(session, context, hub),
  )
  if (found.identity !== undefined && found.context !== undefined) {
    // A prompt that cannot be kept is no reason to say nothing.
    await keepPrompt(session, found.context.name, found.identity).catch(() => undefined)
  }
  if (isMachineFormat(format)) await printDocument(session.terminal, format, 'Whoami', found)
  else print(session, found)
  return exitCodes.success
}

interface Hub {
  readonly client: Client
  readonly address: HubAddress
}

async function look(session: Session, context: KubeContext, hub: Hub | undefined): Promise<Whoami> {
  const [clusterId, user] = await Promise.all([context.clusterId(), context.user()])
  const verifiedAt = new Date(session.now()).toISOString()
  const { name, namespace } = context
  const about = { context: { name, namespace, user }, clusterId }
  if (hub === undefined) return about
  try {
    const [{ items }, caller] = await Promise.all([
      hub.client.identities({ query: { clusterId } }),
      hub.client.whoami(),
    ])
    const record = items[0]
    return {
      ...about,
      hub: { name: hub.address.name, user: caller.name },
      ...(record === undefined ? {} : { identity: { ...record, verifiedAt } }),
    }
  } catch (error) {
    session.terminal.note(`note: hub ${hub.address.name}: ${reasonOf(error)}`)
    return about
  }
}

/** The hub if there is one: this command does without. */
async function hubOf(session: Session): Promise<Hub | undefined> {
  try {
    return await session.hub()
  } catch (error) {
    if (isFailure(error, 'no-hub', 'no-token')) return undefined
    throw error
  }
}

function print(session: Session, found: Whoami): void {
  const { terminal } = session
  const id = `id ${shortId(found.clusterId)}`
  const age = `verified ${ageOf(found.identity?.verifiedAt ?? new Date(session.now()).toISOString(), session.now())} ago`
  if (found.identity === undefined) {
    const why = found.hub === undefined ? 'no hub knows it' : `unknown to hub ${found.hub.name}`
    terminal.line(`${found.context?.name ?? '?'}  (${why})  ${id}  ${age}`)
  } else {
    const { cluster, tier } = found.identity
    terminal.line(`${environmentMark(found.identity)} ${cluster}  (${tier})  ${id}  ${age}`)
  }
  const parts = [
    `user ${found.context?.user ?? '?'}`,
    `namespace ${found.context?.namespace ?? '?'}`,
    `context ${found.context?.name ?? '?'}`,
    ...(found.hub === undefined ? [] : [`hub ${found.hub.name}`]),
  ]
  terminal.line(parts.join('  '))
}
