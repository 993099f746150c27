import { isFailure } from '../core/failure.ts'
import { type EventView, eventViewSchema } from './event-view.ts'
import { failureOfAnswer } from './client-problem.ts'
import { eventStreamPath } from './routes.ts'
import { SseReader } from './sse-reader.ts'

export interface FollowOptions {
  /** The last sequence that was seen; only what comes from now on without it. */
  readonly after?: number
  readonly signal: AbortSignal
  /** Called when the connection is lost (with why) and when it stands again. */
  readonly onConnection?: (state: { readonly connected: boolean; readonly reason?: string }) => void
  /** Milliseconds without a byte after which the connection is taken for dead. */
  readonly idleMs?: number
  /** Milliseconds before the n-th attempt in a row; doubling up to ten seconds with jitter without it. */
  readonly waitMs?: (attempt: number) => number
}

export type Follow = AsyncGenerator<EventView, void, undefined>

type Ask = (path: string, init: RequestInit) => Promise<Response>

const defaultIdleMs = 45_000

/**
 * Events one by one, each exactly once and in order, over as many connections as it takes: each new one resumes
 * behind the last event (`Last-Event-ID`). Ends when the signal aborts; throws what reconnecting cannot
 * mend (a refused token, another API).
 */
export async function* followEvents(
  ask: Ask,
  headers: { readonly [name: string]: string },
  options: FollowOptions,
): Follow {
  let last = options.after
  let attempt = 0
  while (!options.signal.aborted) {
    try {
      for await (const event of oneConnection(ask, headers, last, options)) {
        attempt = 0
        if (last !== undefined && event.sequence <= last) continue
        last = event.sequence
        yield event
      }
    } catch (error) {
      if (options.signal.aborted) return
      if (isFailure(error) && error.code !== 'hub-unreachable' && error.code !== 'not-ready') throw error
      options.onConnection?.({
        connected: false,
        reason: error instanceof Error ? error.message : String(error),
      })
    }
    attempt += 1
    await sleep(options.waitMs?.(attempt) ?? backoff(attempt), options.signal)
  }
}

async function* oneConnection(
  ask: Ask,
  headers: { readonly [name: string]: string },
  last: number | undefined,
  options: FollowOptions,
): Follow {
  const connection = new AbortController()
  const end = (): void => connection.abort()
  options.signal.addEventListener('abort', end, { once: true })
  let idle: ReturnType<typeof setTimeout> | undefined
  const alive = (): void => {
    clearTimeout(idle)
    idle = setTimeout(end, options.idleMs ?? defaultIdleMs)
  }
  try {
    alive()
    const response = await ask(eventStreamPath, {
      headers: {
        ...headers,
        accept: 'text/event-stream',
        ...(last === undefined ? {} : { 'last-event-id': String(last) }),
      },
      signal: connection.signal,
      redirect: 'error',
    })
    if (!response.ok || response.body === null) throw await failureOfAnswer(response)
    options.onConnection?.({ connected: true })
    const reader = new SseReader()
    const decoder = new TextDecoder()
    for await (const chunk of chunksOf(response.body)) {
      alive()
      for (const message of reader.push(decoder.decode(chunk, { stream: true }))) {
        if (message.event === 'activity') yield eventViewSchema.parse(JSON.parse(message.data))
      }
    }
  } finally {
    clearTimeout(idle)
    options.signal.removeEventListener('abort', end)
    connection.abort()
  }
}

/** The chunks of a body; not every platform makes its streams iterable. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    reader.releaseLock()
  }
}

function backoff(attempt: number): number {
  return Math.random() * Math.min(10_000, 500 * 2 ** Math.min(attempt, 10))
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}
