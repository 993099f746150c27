import { Failure, type FailureOptions } from '../core/failure.ts'

/** Why the demo cannot go on. */
export type DemoCode =
  /** Something else listens where the demo was told to. */
  | 'port-taken'
  /** A process of the demo ended by itself, or did not start. */
  | 'process-ended'
  /** A program that it needs is not installed, or failed. */
  | 'git-failed'
  /** The folder that it was told to keep cannot be gone on with. */
  | 'wrong-folder'

/** A failure of the demo. */
export function demoFailure(
  code: DemoCode,
  message: string,
  options: FailureOptions = {},
): Failure<DemoCode> {
  return new Failure(code, message, options)
}
