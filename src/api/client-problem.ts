import { apiFailure } from './api-failure.ts'
import { failureOfProblem, problemDetailsSchema } from './problems.ts'

/** The JSON of an answer, or undefined when it is none. */
export async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return undefined
  }
}

/** The failure that an answer tells of; `bad-answer` when it is no problem of a hub. */
export async function failureOfAnswer(response: Response): Promise<Error> {
  const problem = problemDetailsSchema.safeParse(await jsonOf(response))
  if (problem.success) return failureOfProblem(problem.data)
  return apiFailure('bad-answer', `hub: answered ${response.status} without a problem`, {
    hint: 'see whether the address is that of a hub, and not of a proxy before it',
  })
}
