import type { UseQueryResult } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { JobView } from '../../api/index.ts'
import { useAnswer } from './answers.ts'

/** A job that runs is looked at so often: its rows move without an event of their own. */
const whileRunning = 1_000

/** A job, kept up to date until it is over; after that it stays as it is. */
export function useJob(id: string): UseQueryResult<JobView> {
  const [every, setEvery] = useState<number | false>(whileRunning)
  const job = useAnswer('job', { params: { job: id } }, { every })
  const over = job.data !== undefined && jobIsOver(job.data)
  useEffect(() => setEvery(over ? false : whileRunning), [over])
  return job
}

/** True for a job that nothing happens to any more. */
export function jobIsOver({ state }: Pick<JobView, 'state'>): boolean {
  return state !== 'running' && state !== 'cancelling'
}
