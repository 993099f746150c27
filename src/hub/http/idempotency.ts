import { createHash } from 'node:crypto'
import { apiFailure } from '../../api/index.ts'

/** A whole answer, so that it can be given again. */
export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

interface Kept {
  readonly fingerprint: string
  readonly answer: Promise<Answer>
}

const keyForm = /^[A-Za-z0-9._:-]{1,100}$/

/**
 * Gives the same answer to the same key, while the first is still being worked on as well: a write that is sent twice
 * is done once. The last `limit` keys are kept, in memory only. Answers that say "later" (5xx) are not.
 */
export class IdempotentAnswers {
  readonly #kept = new Map<string, Kept>()
  readonly #limit: number

  constructor(limit = 1000) {
    this.#limit = limit
  }

  /** Throws `key-reused` when the key was used by the same caller for something else. */
  async answer(
    caller: string,
    key: string | undefined,
    request: readonly string[],
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    if (key === undefined) return work()
    if (!keyForm.test(key)) {
      throw apiFailure('invalid-request', 'request: cannot use the Idempotency-Key header', {
        hint: 'send at most 100 letters, digits, ".", "_", ":" and "-"',
      })
    }
    const fingerprint = createHash('sha256').update(JSON.stringify(request)).digest('hex')
    const name = JSON.stringify([caller, key])
    const before = this.#kept.get(name)
    if (before !== undefined) {
      if (before.fingerprint === fingerprint) return before.answer
      throw apiFailure('key-reused', 'request: the Idempotency-Key was used for another request', {
        hint: 'use a new key for every new request',
      })
    }
    const answer = work()
    this.#kept.set(name, { fingerprint, answer })
    this.#trim()
    const forget = (): void => {
      this.#kept.delete(name)
    }
    answer.then((done) => {
      if (done.status >= 500) forget()
    }, forget)
    return answer
  }

  #trim(): void {
    for (const name of this.#kept.keys()) {
      if (this.#kept.size <= this.#limit) return
      this.#kept.delete(name)
    }
  }
}
