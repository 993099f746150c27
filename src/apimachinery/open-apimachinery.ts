import { availableParallelism } from 'node:os'
import { type BoxOutcome, BoxPool, compileModule, findBeside } from '../box/index.ts'
import type { JsonMap } from '../core/object/index.ts'
import { batches } from './batches.ts'
import {
  type Apimachinery,
  type FieldProblem,
  Undecodable,
  type ValidateOptions,
  type Verdict,
} from './contract.ts'
import { apimachineryLimits } from './limits.ts'

export interface ApimachineryOptions {
  /** The file of the module; the one that is delivered with the program without it. */
  readonly module?: string
  /** How many calls run at a time; half of the processors without it. */
  readonly threads?: number
  /** How much processor time one call may take, in milliseconds. */
  readonly timeMs?: number
}

/** Verdicts do not depend on them: an object that is created gets a time and an identity. */
const fixed = { seed: new Uint8Array(32), clock: Date.UTC(2026, 0, 1) }

/** The first object of a kind takes a fifth of a second: conversions and rules get ready. */
const warmUp = requestOf({}, [
  '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"template":{"spec":{"containers":[{}]}}}}',
])

/**
 * Kubernetes' handling of objects, with its own threads; they start at the first call. Undefined in an installation
 * without the module, which `npm run build:apimachinery` builds.
 */
export function openApimachinery(options: ApimachineryOptions = {}): Apimachinery | undefined {
  const file = options.module ?? findBeside('apimachinery.wasm')
  if (file === undefined) return undefined
  return new BoxApimachinery(
    new BoxPool({
      module: () => compileModule('apimachinery', file),
      threads: options.threads ?? Math.max(1, Math.floor(availableParallelism() / 2)),
      timeMs: options.timeMs ?? apimachineryLimits.timeMs,
      mostCalls: 2_000,
      mostMemory: 512 * 1024 * 1024,
      warmUp: [{ name: 'process', input: warmUp, ...fixed }],
    }),
  )
}

class BoxApimachinery implements Apimachinery {
  readonly #pool: BoxPool

  constructor(pool: BoxPool) {
    this.#pool = pool
  }

  async validate(
    objects: readonly (JsonMap | string)[],
    options: ValidateOptions = {},
  ): Promise<readonly Verdict[]> {
    const texts = objects.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
    const fitting = texts.filter(fits)
    const cut = batches(fitting, apimachineryLimits)
    const found = (await Promise.all(cut.map((batch) => this.#validate(batch, options)))).flat()
    let next = 0
    return texts.map((text) => (fits(text) ? (found[next++] ?? unfinished('no verdict')) : tooLarge))
  }

  async decode(body: Uint8Array, apiVersion = ''): Promise<JsonMap> {
    const asked = { operation: 'decode', body: Buffer.from(body).toString('base64'), apiVersion }
    const outcome = await this.#call(Buffer.from(JSON.stringify(asked)), '')
    if (outcome.ended !== 'reply') throw new Undecodable(outcome.message)
    const reply = JSON.parse(Buffer.from(outcome.output).toString('utf8')) as
      | { readonly object: JsonMap }
      | { readonly failure: string }
    if ('failure' in reply) throw new Undecodable(reply.failure)
    return reply.object
  }

  async close(): Promise<void> {
    await this.#pool.close()
  }

  /** A batch that does not end is tried object by object, so that one object's cost is not the others'. */
  async #validate(texts: readonly string[], options: ValidateOptions): Promise<readonly Verdict[]> {
    const outcome = await this.#call(requestOf(options, texts), options.tenant ?? '')
    if (outcome.ended === 'reply') return readVerdicts(outcome.output)
    if (texts.length === 1 || outcome.ended === 'closed') return texts.map(() => unfinished(outcome.message))
    const alone = await Promise.all(texts.map((text) => this.#validate([text], options)))
    return alone.flat()
  }

  #call(input: Uint8Array, tenant: string): Promise<BoxOutcome> {
    return this.#pool.call({ tenant, name: 'process', input, ...fixed })
  }
}

/** Texts go into the request as they are: parsing them would lose what is written twice. */
function requestOf({ definitions = [], version }: ValidateOptions, texts: readonly string[]): Uint8Array {
  const head = JSON.stringify({ operation: 'validate', version: version ?? '', definitions })
  return Buffer.from(`${head.slice(0, -1)},"objects":[${texts.map(jsonOr).join(',')}]}`)
}

/** A text that is no JSON would break the whole request; as a string it is refused alone. */
function jsonOr(text: string): string {
  try {
    JSON.parse(text)
    return text
  } catch {
    return JSON.stringify(text)
  }
}

function readVerdicts(output: Uint8Array): readonly Verdict[] {
  const reply = JSON.parse(Buffer.from(output).toString('utf8')) as
    | { readonly verdicts: readonly Verdict[] }
    | { readonly failure: string }
  if ('failure' in reply) throw new Error(`apimachinery: ${reply.failure}`)
  return reply.verdicts
}

function fits(text: string): boolean {
  return text.length <= apimachineryLimits.objectBytes
}

function unfinished(message: string): Verdict {
  return { known: true, problems: [{ path: '', reason: 'Unfinished', message }] satisfies FieldProblem[] }
}

const tooLarge = unfinished(`the object is larger than ${apimachineryLimits.objectBytes} bytes`)
