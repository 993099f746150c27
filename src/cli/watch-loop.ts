import { isFailure } from '../core/failure.ts'
import type { Session } from './session.ts'

/** Looks again this often although nothing was heard: silence changes states as well. */
const lookEvery = 10_000
/** Events that come together are looked at together. */
const gatherFor = 500

/**
 * Calls `look` now and whenever something happened at the hub, and at least once in `every` milliseconds, until the person
 * interrupts or a look answers `end`. Failures of a look that can pass are noted, and the next look tells.
 */
export async function watchLoop(
  session: Session,
  look: () => Promise<'end' | undefined | void>,
  every = lookEvery,
): Promise<void> {
  const { client } = await session.hub()
  const { terminal } = session
  const ended = new AbortController()
  const signal = AbortSignal.any([session.signal, ended.signal])
  let heard = false
  let wake: () => void = () => {}
  const hear = (): void => {
    heard = true
    wake()
  }
  const following = (async () => {
    const events = client.follow({
      signal,
      onConnection: ({ connected, reason }) => {
        // What happened in between was not heard of: look, then listen.
        if (connected) hear()
        else terminal.note(`note: live updates lost: ${reason ?? 'the hub ended them'}`)
      },
    })
    for await (const _ of events) hear()
  })()
  // It may fail while a look is under way, before anybody waits for it.
  following.catch(() => {})
  while (!signal.aborted) {
    heard = false
    if ((await lookOrNote(session, look)) === 'end') {
      ended.abort()
      break
    }
    const woken = new Promise<void>((resolve) => {
      wake = resolve
      if (heard) resolve()
    })
    await Promise.race([woken, pause(every, signal), following])
    await pause(gatherFor, signal)
  }
  await following
}

/** A hub that is away for a while does not end a watch: `follow` has said so, and tells when it is back. */
async function lookOrNote<Found>(session: Session, look: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await look()
  } catch (error) {
    if (!isFailure(error) || !error.retryable) throw error
    session.terminal.note(`note: ${error.message}`)
    return undefined
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    if (signal.aborted) done()
  })
}
