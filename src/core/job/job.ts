/** What is asked of many clusters at once. */
export const jobKinds = ['heal', 'reconcile'] as const
export type JobKind = (typeof jobKinds)[number]

/**
 * cancelling: nothing more is begun, and what was begun comes to its end. interrupted: the hub stopped while it ran; it
 * does not go on by itself.
 */
export const jobStates = ['running', 'cancelling', 'done', 'cancelled', 'interrupted'] as const
export type JobState = (typeof jobStates)[number]

/**
 * not-begun: the job ended before its turn came, and nothing was sent. unknown: the hub stopped while it was under way,
 * so that nobody saw its end.
 */
export const jobRowStates = ['waiting', 'running', 'done', 'failed', 'not-begun', 'unknown'] as const
export type JobRowState = (typeof jobRowStates)[number]

/** A failure as it is kept and told. */
export interface ToldFailure {
  readonly code: string
  readonly message: string
  readonly hint?: string
}

/** What is asked of a cluster about one object, or about a bundle as a whole. */
export interface JobPart {
  readonly bundle?: string
  /** The object's key. */
  readonly key?: string
}

/** What came of a part. */
export interface JobResult extends JobPart {
  readonly outcome: string
  readonly message?: string
}

/** One cluster's part in a job. */
export interface JobRow {
  readonly cluster: string
  readonly state: JobRowState
  /** What is asked of it; none means the cluster as a whole. */
  readonly parts: readonly JobPart[]
  readonly startedAt?: string
  readonly endedAt?: string
  readonly results: readonly JobResult[]
  readonly failure?: ToldFailure
}

/** Long work on many clusters, without its rows. */
export interface Job {
  readonly id: string
  readonly kind: JobKind
  readonly state: JobState
  /** Who asked. */
  readonly by: string
  readonly reason?: string
  /** The event that records it: `act-91f2`. */
  readonly activity?: string
  readonly createdAt: string
  readonly endedAt?: string
  readonly cancelledBy?: string
}

export interface JobRecord {
  readonly job: Job
  readonly rows: readonly JobRow[]
}

/** True for a job that nothing happens to any more. */
export function jobIsOver({ state }: Pick<Job, 'state'>): boolean {
  return state !== 'running' && state !== 'cancelling'
}

/** A job that was under way when its hub stopped, as it has to be told: what was begun has an end that nobody saw. */
export function interrupted({ job, rows }: JobRecord, at: string): JobRecord {
  if (jobIsOver(job)) return { job, rows }
  return {
    job: { ...job, state: 'interrupted', endedAt: at },
    rows: rows.map((row) => {
      if (row.state === 'waiting') return { ...row, state: 'not-begun' }
      return row.state === 'running' ? { ...row, state: 'unknown' } : row
    }),
  }
}
