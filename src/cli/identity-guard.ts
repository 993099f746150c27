import { type Confirmation, guardOf, type IdentityView, unconfirmed } from '../api/index.ts'
import { cliFailure } from './cli-failure.ts'
import { environmentMark, shortId } from './output/words.ts'
import type { Terminal } from './output/terminal.ts'
import type { Options, Session } from './session.ts'

/** `TARGET PROD! prod-eu-3 (protected)`: the first line of every write. */
export function printTarget(terminal: Terminal, identity: IdentityView): void {
  terminal.plan(`TARGET ${environmentMark(identity)} ${identity.cluster} (${identity.tier})`)
}

/**
 * Guards a write whose target lines and plan have been printed (cli §6): asks for what the highest tier among the targets
 * wants and was not given by flags. Without a terminal nothing is asked. Throws `confirmation-needed` or `declined`.
 */
export async function confirmWrite(
  session: Session,
  targets: readonly IdentityView[],
  verb: string,
  options: Options,
): Promise<Confirmation> {
  const guard = guardOf(targets)
  const given: Confirmation = {
    yes: options.yes === true,
    confirm: options.confirm,
    reason: options.reason,
  }
  const lacking = unconfirmed(guard, given)
  if (lacking === undefined) return given
  if (!session.terminal.interactive) throw lacking
  if (guard.typed === undefined) {
    await askYes(session.terminal, verb)
    return { ...given, yes: true }
  }
  const reason = given.reason ?? (await answer(session.terminal, 'Reason: '))
  const what = guard.typed === targets[0]?.cluster ? 'cluster name' : 'number of clusters'
  const confirm = given.confirm ?? (await answer(session.terminal, `Type ${what} to ${verb}: `))
  const asked = { ...given, reason, confirm }
  const still = unconfirmed(guard, asked)
  if (still !== undefined) throw still
  return asked
}

/** The question for writes to Git or to the hub itself: the same in every tier (cli §6.4). */
export async function confirmPlain(session: Session, verb: string, options: Options): Promise<void> {
  if (options.yes === true || options.confirm !== undefined) return
  if (!session.terminal.interactive) {
    throw cliFailure('declined', `nobody can be asked whether to ${verb}; nothing was sent`, {
      hint: 'confirm with --yes',
    })
  }
  await askYes(session.terminal, verb)
}

async function askYes(terminal: Terminal, verb: string): Promise<void> {
  const text = await terminal.ask(`${verb.charAt(0).toUpperCase()}${verb.slice(1)}? [y/N] `)
  if (text === undefined || !/^\s*y(es)?\s*$/i.test(text)) throw declined()
}

async function answer(terminal: Terminal, question: string): Promise<string> {
  const text = await terminal.ask(question)
  if (text === undefined || text.trim() === '') throw declined()
  return text.trim()
}

function declined() {
  return cliFailure('declined', 'declined; nothing was sent')
}

/**
 * Compares the cluster behind a kubeconfig context with the record of the target (cli §6.1). An identity that cannot be
 * read counts as a mismatch. Throws `wrong-identity` in the words of the specification.
 */
export async function confirmContext(
  session: Session,
  context: string,
  target: IdentityView,
  readId: () => Promise<string>,
): Promise<void> {
  let live: string
  try {
    live = await readId()
  } catch (error) {
    throw cliFailure(
      'wrong-identity',
      `context ${JSON.stringify(context)} does not tell which cluster it is; nothing was sent`,
      { cause: error, hint: 'see ek whoami' },
    )
  }
  if (live === target.clusterId) return
  const { client } = await session.hub()
  const { items } = await client.identities({ query: { clusterId: live } })
  const name = items[0]?.cluster ?? 'a cluster that this hub does not know'
  const id = `${live.slice(0, 4)}…`
  throw cliFailure(
    'wrong-identity',
    `context ${JSON.stringify(context)} answers as ${name} (id ${id}); nothing was sent`,
    { hint: `wanted ${target.cluster} (id ${shortId(target.clusterId)}); see ek whoami` },
  )
}
