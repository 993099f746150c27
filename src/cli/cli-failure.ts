import { Failure, type FailureOptions } from '../core/failure.ts'

/** Why a command could not be carried out on this side. */
export type CliCode =
  /** The command line does not say what is meant. */
  | 'usage'
  /** There is no hub to talk to: none was named and none runs here. */
  | 'no-hub'
  /** A hub was named without a token for it. */
  | 'no-token'
  /** No bundle holds the object that was named: nothing can be said of its differences. */
  | 'not-held'
  /** A file could not be read or written. */
  | 'file'
  /** The person declined, or ended the question. */
  | 'declined'
  /** What it would be done to is not ready for it; nothing was sent. */
  | 'not-ready'
  /** An identity is not what it must be; nothing was sent. */
  | 'wrong-identity'

/** A failure of the command line itself. */
export function cliFailure(code: CliCode, message: string, options: FailureOptions = {}): Failure<CliCode> {
  return new Failure(code, message, options)
}
