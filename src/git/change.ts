import { Failure, isFailure } from '../core/failure.ts'
import type { Change, Pushed, Revision } from './contract.ts'
import type { GitFailureCode } from './failures.ts'
import type { Mirror } from './mirror.ts'
import { cleanPath } from './path.ts'
import { isRefName } from './ref.ts'
import type { GitContext } from './run-git.ts'

/** Ends the message of every commit of ours and names what asked for it, so that it is found again. */
const trailer = 'Evenkeel-Intent'
const mostTries = 30

/** What a change is made with. */
export interface ChangeTools {
  readonly context: GitContext
  readonly mirror: Mirror
  fetch(signal?: AbortSignal): Promise<void>
  /** What a branch is at; undefined where there is none. */
  branch(name: string): Promise<Revision | undefined>
  /** Runs `work` while no other operation works in the mirror. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>
}

/**
 * Makes a change one commit of a branch at the server. The server takes it only onto the state that it was made from;
 * when somebody was faster, the edit is made anew from theirs, so nobody's commit is lost. An intent that the branch
 * holds already is not made again, whatever was killed between commit and push (incident 35).
 */
export async function pushChange(tools: ChangeTools, change: Change, signal?: AbortSignal): Promise<Pushed> {
  requireSound(tools, change)
  for (let tries = 1; ; tries++) {
    await tools.fetch(signal)
    const tip = await tools.branch(change.branch)
    const from = tip ?? (change.from === undefined ? undefined : await tools.branch(change.from))
    if (from === undefined) {
      throw fail(tools, 'ref-vanished', `there is no branch ${change.from ?? change.branch}`)
    }
    const earlier = await findIntent(tools, from.commit, change.intent)
    if (earlier !== undefined) return { commit: earlier, isNew: false }
    const files = await change.edit(from)
    const commit = await tools.inTurn(() => makeCommit(tools, change, from, files))
    if (commit === undefined) return { commit: from.commit, isNew: false }
    try {
      await tools.inTurn(() => tools.mirror.push(change.branch, tip?.commit, commit, signal))
      return { commit, isNew: true }
    } catch (error) {
      if (!isFailure(error, 'moved') || tries >= mostTries) throw error
      await pause(tools.context, Math.random() * Math.min(2000, 50 * tries), signal)
    }
  }
}

function requireSound(tools: ChangeTools, { branch, intent, message }: Change): void {
  if (!isRefName(branch) || branch.startsWith('refs/')) {
    throw fail(tools, 'invalid-ref', `${JSON.stringify(branch.slice(0, 100))} is no name for a branch`)
  }
  if (!/^[\w.-]{1,100}$/.test(intent)) throw fail(tools, 'invalid-ref', 'an intent is a short word')
  if (message.includes('\0')) throw fail(tools, 'invalid-ref', 'the message holds a zero byte')
}

async function findIntent(tools: ChangeTools, tip: string, intent: string): Promise<string | undefined> {
  const grep = `--grep=${trailer}: ${intent}`
  const args = ['log', '--format=%H', '--max-count=1', '--fixed-strings', grep, tip, '--']
  const run = { action: 'look for an earlier commit of the same intent', args }
  const out = await tools.inTurn(() => tools.mirror.run(run))
  return out.toString().trim() || undefined
}

/** The commit, in the mirror only; undefined where the files are so already. Never a work tree, never a hook. */
async function makeCommit(
  tools: ChangeTools,
  change: Change,
  from: Revision,
  files: ReadonlyMap<string, string | undefined>,
): Promise<string | undefined> {
  const { mirror, context } = tools
  return await mirror.withIndex(async (index) => {
    const git = async (args: readonly string[], input = '', env: Readonly<Record<string, string>> = {}) => {
      const run = { action: 'make a commit', args, input, env: { ...index, ...env } }
      return (await mirror.run(run)).toString().trim()
    }
    await git(['read-tree', from.commit])
    const lines: string[] = []
    for (const [path, text] of files) {
      const mode = await modeOf(tools, from.commit, path, git)
      const blob =
        text === undefined
          ? '0'.repeat(from.commit.length)
          : await git(['hash-object', '-w', '--stdin'], text)
      lines.push(`${text === undefined ? '0' : mode} ${blob}\t${path}\0`)
    }
    await git(['update-index', '-z', '--index-info'], lines.join(''))
    const tree = await git(['write-tree'])
    if (tree === from.tree) return undefined
    const seconds = `${Math.floor(context.clock.now() / 1000)} +0000`
    const { name, email } = change.author
    const person = { NAME: name, EMAIL: email, DATE: seconds }
    const env = Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((role) =>
        Object.entries(person).map(([what, value]) => [`GIT_${role}_${what}`, value] as const),
      ),
    )
    const message = `${change.message.trimEnd()}\n\n${trailer}: ${change.intent}\n`
    return await git(['commit-tree', tree, '-p', from.commit, '-F', '-'], message, env)
  })
}

/** The mode that a file has, or a new one gets. What is no plain file is never written over. */
async function modeOf(
  tools: ChangeTools,
  commit: string,
  path: string,
  git: (args: readonly string[]) => Promise<string>,
): Promise<string> {
  if (path === '' || cleanPath(path) !== path) {
    throw fail(tools, 'invalid-path', `cannot write ${JSON.stringify(path.slice(0, 200))}: it leads outside`)
  }
  const entry = await git(['ls-tree', '--full-tree', commit, '--', path])
  const mode = entry === '' ? '100644' : (entry.split(' ')[0] ?? '')
  if (mode === '100644' || mode === '100755') return mode
  throw fail(tools, 'unsafe-tree', `cannot write ${path}: it is no plain file`)
}

async function pause({ clock }: GitContext, ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = clock.setTimeout(resolve, ms)
    signal?.addEventListener(
      'abort',
      () => {
        timer.cancel()
        resolve()
      },
      { once: true },
    )
  })
}

function fail({ context }: ChangeTools, code: GitFailureCode, reason: string): Failure<GitFailureCode> {
  return new Failure(code, `repository ${context.subject}: ${reason}`, {
    subject: `repository ${context.subject}`,
  })
}
