import { z } from 'zod'
import { reasonOf } from '../../../core/failure.ts'
import type { GateAnswer } from '../../../core/rollout/index.ts'
import type { Clock } from '../../../runtime/index.ts'

/** A gate that asks Prometheus. */
export interface MetricGate {
  readonly prometheus: string
  readonly query: string
  readonly max: number
}

interface Asked {
  readonly answer: GateAnswer
  readonly at: number
}

/** An answer is good for so long; then Prometheus is asked again. */
const freshMs = 15_000
const timeoutMs = 10_000
const largestAnswer = 1_000_000

const answerSchema = z.object({
  status: z.literal('success'),
  data: z.union([
    z.object({ resultType: z.literal('scalar'), result: z.tuple([z.number(), z.string()]) }),
    z.object({
      resultType: z.literal('vector'),
      result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })),
    }),
  ]),
})

/**
 * Gates that ask Prometheus (its HTTP API, `/api/v1/query`). The greatest value of the answer counts. No answer, an
 * empty one and NaN are not good: the gate waits and says why. Answers come in the background; `onAnswer` is called then.
 */
export class MetricGates {
  readonly #clock: Clock
  readonly #onAnswer: (key: string) => void
  readonly #asked = new Map<string, Asked>()
  readonly #asking = new Set<string>()
  readonly #stopping = new AbortController()

  constructor(clock: Clock, onAnswer: (key: string) => void) {
    this.#clock = clock
    this.#onAnswer = onAnswer
  }

  /**
   * What the gate says of what was asked since `since`; `key` comes back with the answer. A soak's end, or the release of
   * the stage, makes an earlier answer old.
   */
  answer(key: string, gate: MetricGate, since: number): GateAnswer {
    const id = JSON.stringify([gate.prometheus, gate.query, gate.max])
    const known = this.#asked.get(id)
    const now = this.#clock.now()
    if (known !== undefined && known.at >= since && now - known.at < freshMs) return known.answer
    if (!this.#asking.has(id)) {
      this.#asking.add(id)
      void this.#ask(id, key, gate)
    }
    return { kind: 'wait', reason: `${gate.query}: asking ${gate.prometheus}`, wakeAt: now + freshMs }
  }

  stop(): void {
    this.#stopping.abort()
  }

  async #ask(id: string, key: string, gate: MetricGate): Promise<void> {
    const at = this.#clock.now()
    const answer = await this.#query(gate).catch(
      (error: unknown): GateAnswer => ({
        kind: 'wait',
        reason: `${gate.query}: no answer from ${gate.prometheus}: ${reasonOf(error)}`,
        wakeAt: this.#clock.now() + freshMs,
      }),
    )
    this.#asking.delete(id)
    if (this.#stopping.signal.aborted) return
    this.#asked.set(id, { answer, at })
    this.#onAnswer(key)
  }

  async #query({ prometheus, query, max }: MetricGate): Promise<GateAnswer> {
    const url = new URL(`${prometheus.replace(/\/$/, '')}/api/v1/query`)
    url.searchParams.set('query', query)
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(timeoutMs)])
    const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } })
    const text = await response.text()
    if (text.length > largestAnswer) throw new Error('the answer is too large')
    if (!response.ok) throw new Error(`it answers ${response.status}`)
    const { data } = answerSchema.parse(JSON.parse(text))
    const values =
      data.resultType === 'scalar'
        ? [Number(data.result[1])]
        : data.result.map(({ value }) => Number(value[1]))
    const wakeAt = this.#clock.now() + freshMs
    if (values.length === 0) return { kind: 'wait', reason: `${query}: the answer is empty`, wakeAt }
    if (values.some(Number.isNaN)) return { kind: 'wait', reason: `${query}: the answer is NaN`, wakeAt }
    const worst = Math.max(...values)
    if (worst <= max) return { kind: 'pass' }
    return { kind: 'fail', reason: `${query} is ${worst}, at most ${max}` }
  }
}
