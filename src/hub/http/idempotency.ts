import { createHash } from 'node:crypto'
import { apiFailure } from '../../api/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { KeptAnswer, Store } from '../store/index.ts'

const keyForm = /^[A-Za-z0-9._:-]{1,100}$/

/**
 * Gives the same answer to the same key, while the first is still being worked on as well: a write that is sent twice is
 * done once, over a restart too. Answers that say "later" (5xx) are not kept. A write that a crash cut off has no answer:
 * whoever sends it again is told so, because nobody knows how far it came.
 */
export class IdempotentAnswers {
  readonly #answers: Store['answers']
  readonly #clock: Clock
  readonly #underWay = new Map<
    string,
    { readonly fingerprint: string; readonly answer: Promise<KeptAnswer> }
  >()

  constructor(answers: Store['answers'], clock: Clock) {
    this.#answers = answers
    this.#clock = clock
  }

  /** Throws `key-reused` when the key was used by the same caller for something else, `changed` after a crash. */
  async answer(
    caller: string,
    key: string | undefined,
    request: readonly string[],
    work: () => Promise<KeptAnswer>,
  ): Promise<KeptAnswer> {
    if (key === undefined) return work()
    if (!keyForm.test(key)) {
      throw apiFailure('invalid-request', 'request: cannot use the Idempotency-Key header', {
        hint: 'send at most 100 letters, digits, ".", "_", ":" and "-"',
      })
    }
    const fingerprint = createHash('sha256').update(JSON.stringify(request)).digest('hex')
    const name = JSON.stringify([caller, key])
    const before = this.#underWay.get(name)
    if (before !== undefined) return before.fingerprint === fingerprint ? before.answer : reused()
    const answer = this.#once(caller, key, fingerprint, work).finally(() => this.#underWay.delete(name))
    this.#underWay.set(name, { fingerprint, answer })
    return answer
  }

  async #once(
    caller: string,
    key: string,
    fingerprint: string,
    work: () => Promise<KeptAnswer>,
  ): Promise<KeptAnswer> {
    const at = new Date(this.#clock.now()).toISOString()
    const known = await this.#answers.claim(caller, key, fingerprint, at)
    if (known.kind !== 'claimed') {
      if (known.fingerprint !== fingerprint) return reused()
      if (known.kind === 'answered') return known.answer
      throw apiFailure(
        'changed',
        'request: it was begun before under this Idempotency-Key, and has no answer',
        {
          hint: 'look at what became of it, and send it with a new key if it is still needed',
        },
      )
    }
    try {
      const answer = await work()
      if (answer.status >= 500) await this.#answers.release(caller, key)
      else await this.#answers.keep(caller, key, answer)
      return answer
    } catch (error) {
      await this.#answers.release(caller, key)
      throw error
    }
  }
}

function reused(): never {
  throw apiFailure('key-reused', 'request: the Idempotency-Key was used for another request', {
    hint: 'use a new key for every new request',
  })
}
