import { hub } from './hub.ts'
import { noteConnection } from './live.ts'
import { askAgain } from './answers.ts'

/** At most one look a second, however much happens. */
const pause = 1_000
/** A page that was hidden longer, or a machine that slept, looks at everything again. */
const longSleep = 30_000

/**
 * Keeps all answers up to date: whatever happens at the hub lets the visible ones be asked for again, at most once a
 * second. When the stream comes back, or the page wakes up, everything is asked for first, then followed. Ends with the
 * answer.
 */
export function keepUpToDate(): () => void {
  let connection = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let ended = false
  const refresh = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      void askAgain('visible')
    }, pause)
  }
  const run = async (): Promise<void> => {
    const { signal } = connection
    let wasLost = false
    try {
      const events = hub.follow({
        signal,
        onConnection: ({ connected, reason }) => {
          noteConnection(connected, reason)
          if (connected && wasLost) void askAgain('all')
          wasLost = !connected
        },
      })
      for await (const _event of events) refresh()
    } catch (error) {
      // What reconnecting cannot mend, such as a session that is over: the queries say what it is.
      noteConnection(false, error instanceof Error ? error.message : String(error))
    }
  }
  const again = (): void => {
    if (ended) return
    connection.abort()
    connection = new AbortController()
    void askAgain('all')
    void run()
  }
  // A browser opens few connections to one host: pages that nobody looks at leave theirs to the others.
  let asleep = false
  let falling: ReturnType<typeof setTimeout> | undefined
  const seen = (): void => {
    clearTimeout(falling)
    if (document.visibilityState === 'hidden') {
      falling = setTimeout(() => {
        asleep = true
        connection.abort()
      }, longSleep)
    } else if (asleep) {
      asleep = false
      again()
    }
  }
  let lastBeat = Date.now()
  const beat = setInterval(() => {
    if (!asleep && Date.now() - lastBeat > longSleep) again()
    lastBeat = Date.now()
  }, 5_000)
  document.addEventListener('visibilitychange', seen)
  window.addEventListener('online', again)
  void run()
  return () => {
    ended = true
    connection.abort()
    clearTimeout(timer)
    clearTimeout(falling)
    clearInterval(beat)
    document.removeEventListener('visibilitychange', seen)
    window.removeEventListener('online', again)
  }
}
