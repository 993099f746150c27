import { isFailure } from '../core/failure.ts'

/** The exit codes of cli §4. */
export const exitCodes = {
  success: 0,
  /** Differences, findings, or not ready. */
  findings: 1,
  /** An error, wrong usage and a hub that is not reachable included. */
  error: 2,
  /** Refused by a guard, or declined; nothing was sent. */
  refused: 3,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** What a command that threw ends with. */
export function exitCodeOf(error: unknown): ExitCode {
  const refused = isFailure(
    error,
    'confirmation-needed',
    'not-ready',
    'wrong-cluster',
    'wrong-identity',
    'declined',
  )
  return refused ? exitCodes.refused : exitCodes.error
}
