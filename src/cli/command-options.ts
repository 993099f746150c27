import { type Command, InvalidArgumentError } from 'commander'

/** Options that commands share, each added by the function that names it. */

/** `-c`, `-l`, `--env`: which clusters. */
export function scoped(command: Command): Command {
  return clustered(command)
    .option('-l, --selector <selector>', 'clusters whose labels match, such as region=eu,tier!=test')
    .option('--env <names>', 'clusters of these environments', list)
}

export function clustered(command: Command): Command {
  return command.option('-c, --cluster <names>', 'these clusters', list)
}

export function namespaced(command: Command): Command {
  return command
    .option('-n, --namespace <name>', 'objects of this namespace')
    .option('-A, --all-namespaces', 'objects of all namespaces')
}

export function output(command: Command): Command {
  return command.option('-o, --output <form>', 'json, yaml, name or wide')
}

export function watched(command: Command): Command {
  return command.option('-w, --watch', 'go on, and print what changes')
}

/** What a write takes (cli §3). */
export function guarded(command: Command): Command {
  return command
    .option('--dry-run', 'stop after the plan')
    .option('--yes', 'answer the question for sandbox and standard clusters')
    .option('--confirm <name>', 'the name of the protected cluster, or the number of clusters')
    .option('--reason <text>', 'why; protected clusters ask for it')
}

export function list(text: string, before: string[] | undefined): string[] {
  const values = text.split(',').filter((value) => value !== '')
  if (values.length === 0) throw new InvalidArgumentError('It is empty.')
  return [...(before ?? []), ...values]
}

export function each(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text]
}

export function whole(text: string): number {
  return wholeTo(text, 1_000)
}

export function port(text: string): number {
  return wholeTo(text, 65_535)
}

function wholeTo(text: string, most: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new InvalidArgumentError(`Wanted a whole number from 1 to ${most}.`)
  }
  return value
}
