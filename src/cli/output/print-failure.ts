import { isFailure } from '../../core/failure.ts'
import { paint } from './paint.ts'
import type { Terminal } from './terminal.ts'

/** Prints a failure to standard error: message, its parts, the causes that say more, and what to do next. */
export function printFailure(terminal: Terminal, error: unknown): void {
  if (!isFailure(error)) {
    const text = error instanceof Error ? error.message : String(error)
    terminal.note(`${paint('red', 'error:')} internal: ${text}`)
    terminal.note('hint: this is a bug; report it with the command that you ran')
    return
  }
  terminal.note(`${paint('red', 'error:')} ${error.message}`)
  for (const { where, message } of error.details) {
    terminal.note(where === '' ? `  ${message}` : `  ${where}: ${message}`)
  }
  let said = error.message
  for (const cause of causesOf(error)) {
    if (cause.message === '' || said.includes(cause.message)) continue
    terminal.note(`  because: ${cause.message}`)
    said += cause.message
  }
  if (error.hint !== undefined) terminal.note(`hint: ${error.hint}`)
}

function* causesOf(error: Error): Generator<Error> {
  let cause = error.cause
  for (let depth = 0; depth < 8 && cause instanceof Error; depth++) {
    yield cause
    cause = cause.cause
  }
}
