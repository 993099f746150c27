import type { Command, Option } from 'commander'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { cachedNames } from '../hub/name-cache.ts'
import type { Session } from '../session.ts'

/** Cobra's directive for "no file names", which kubectl expects behind the candidates. */
const noFiles = ':4'

type NameKind = 'clusters' | 'bundles' | 'environments' | 'plans' | 'jobs' | 'causes'

/**
 * `ek __complete <words…>`: the candidates for the last word, one a line, then a directive as cobra prints it. Never
 * contacts a spoke; a failure completes nothing and prints nothing (cli §8).
 */
export async function completeCommand(
  session: Session,
  program: Command,
  words: readonly string[],
): Promise<ExitCode> {
  const typed = words.at(-1) ?? ''
  const { command, words: operands, option } = walk(program, words.slice(0, -1))
  const candidates =
    option === undefined ? await forWord(session, command, operands, typed) : await forOption(session, option)
  for (const candidate of candidates) if (candidate.startsWith(typed)) session.terminal.raw(`${candidate}\n`)
  session.terminal.raw(`${noFiles}\n`)
  return exitCodes.success
}

interface Place {
  readonly command: Command
  /** The operands of the command before the word that is completed. */
  readonly words: readonly string[]
  /** The option whose value is completed. */
  readonly option: Option | undefined
}

function walk(program: Command, words: readonly string[]): Place {
  let command = program
  const operands: string[] = []
  let option: Option | undefined
  for (const word of words) {
    if (option !== undefined) {
      option = undefined
      continue
    }
    if (word.startsWith('-')) {
      const known = [...command.options, ...program.options].find(
        (one) => one.short === word || one.long === word,
      )
      if (known?.required === true) option = known
      continue
    }
    const next =
      operands.length === 0 ? command.commands.find((one) => namesOf(one).includes(word)) : undefined
    if (next === undefined) operands.push(word)
    else command = next
  }
  return { command, words: operands, option }
}

function namesOf(command: Command): string[] {
  return [command.name(), ...command.aliases()]
}

async function forWord(
  session: Session,
  command: Command,
  operands: readonly string[],
  typed: string,
): Promise<string[]> {
  if (typed.startsWith('-')) return command.options.flatMap((one) => [one.long, one.short].filter(isText))
  if (command.commands.length > 0) {
    return command.commands.map((one) => one.name()).filter((name) => !name.startsWith('_'))
  }
  if (operands.length > 0) return []
  const path = `${command.parent?.name() ?? ''} ${command.name()}`
  if (command.name() === 'shell-init') return ['bash', 'zsh', 'fish']
  if (command.name() === 'completion') return ['bash', 'zsh', 'fish', 'install']
  const kind = operandKinds.get(path) ?? operandKinds.get(command.name())
  return kind === undefined ? [] : cachedNames(session, kind)
}

const operandKinds: ReadonlyMap<string, NameKind> = new Map([
  ['drift show', 'clusters'],
  ['drift heal', 'clusters'],
  ['describe cluster', 'clusters'],
  ['describe bundle', 'bundles'],
  ['describe plan', 'plans'],
  ['plan show', 'plans'],
  ['plan approve', 'plans'],
  ['plan reject', 'plans'],
  ['job show', 'jobs'],
  ['job watch', 'jobs'],
  ['job cancel', 'jobs'],
  ['trace', 'clusters'],
  ['use', 'clusters'],
  ['reconcile', 'bundles'],
])

async function forOption(session: Session, option: Option): Promise<string[]> {
  switch (option.long) {
    case '--cluster':
    case '--confirm':
      return cachedNames(session, 'clusters')
    case '--env':
      return cachedNames(session, 'environments')
    case '--bundle':
      return cachedNames(session, 'bundles')
    case '--cause':
      return cachedNames(session, 'causes')
    case '--output':
      return ['json', 'yaml', 'name', 'wide']
    case undefined:
    default:
      return []
  }
}

function isText(value: string | undefined): value is string {
  return value !== undefined
}
