import type { Session } from './session.ts'

/** Looks again this often although nothing was heard: silence changes states as well. */
const lookEvery = 10_000
/** Events that come together are looked at together. */
const gatherFor = 500

/**
 * Calls `look` now and whenever something happened at the hub, until the person interrupts. Failures of a look that
 * can pass are noted, and the next look tells.
 */
export async function watchLoop(session: Session, look: () => Promise<void>): Promise<void> {
  const { client } = await session.hub()
  const { signal, terminal } = session
  let wake: () => void = () => {}
  const following = (async () => {
    const events = client.follow({
      signal,
      onConnection: ({ connected, reason }) => {
        if (!connected) terminal.note(`note: live updates lost: ${reason ?? 'the hub ended them'}`)
      },
    })
    for await (const _ of events) wake()
  })()
  const failed = following.catch((error: unknown) => {
    throw error
  })
  while (!signal.aborted) {
    await look()
    const woken = new Promise<void>((resolve) => {
      wake = resolve
    })
    await Promise.race([woken, pause(lookEvery, signal), failed])
    if (!signal.aborted) await pause(gatherFor, signal)
  }
  await following.catch(() => {})
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
