/** The verdicts of kstatus. */
export type HealthStatus = 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'NotFound' | 'Unknown'

export interface Health {
  readonly status: HealthStatus
  /** One word in CamelCase, such as `LessAvailable`; the empty text for Current. */
  readonly reason: string
  readonly message: string
}
