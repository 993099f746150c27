import { useSyncExternalStore } from 'react'

/** How the page stands with its hub. */
export interface Live {
  readonly connected: boolean
  /** When the hub last answered anything, in the time of this browser. */
  readonly lastSign: number
  /** Since when live updates are missing. */
  readonly lostAt: number | undefined
  readonly reason: string | undefined
  /** True when the hub does not know who asks. */
  readonly signedOut: boolean
  /** Milliseconds to add to this browser's clock to have the hub's. */
  readonly clockOffset: number
}

let state: Live = {
  connected: true,
  lastSign: Date.now(),
  lostAt: undefined,
  reason: undefined,
  signedOut: false,
  clockOffset: 0,
}
const listeners = new Set<() => void>()

function set(change: Partial<Live>): void {
  state = { ...state, ...change }
  for (const listener of listeners) listener()
}

/** Clocks that differ by less are taken as equal: the Date header has whole seconds. */
const noticeable = 3_000

/**
 * Notes that the hub answered, and by its Date header what time it has. The status says whether it knows who asks; it is
 * undefined for what everybody may ask.
 */
export function signOfLife(date: string | null, status: number | undefined): void {
  const now = Date.now()
  const off = date === null ? 0 : Date.parse(date) - now
  const clockOffset = Math.abs(off) < noticeable ? 0 : off
  const signedOut = status === undefined ? state.signedOut : status === 401
  if (signedOut !== state.signedOut || Math.abs(clockOffset - state.clockOffset) > noticeable) {
    set({ lastSign: now, clockOffset, signedOut })
  } else state = { ...state, lastSign: now }
}

/** Notes that the stream of events stands or is lost. */
export function noteConnection(connected: boolean, reason?: string): void {
  if (connected === state.connected) return
  set({ connected, reason, lostAt: connected ? undefined : Date.now() })
}

/** How the page stands with its hub now; renders again when that changes. */
export function useLive(): Live {
  return useSyncExternalStore(subscribe, () => state)
}

/** When the hub last answered; to be read on a tick, because it changes with every request. */
export function lastSign(): number {
  return state.lastSign
}

/** The hub's time. */
export function hubNow(): number {
  return Date.now() + state.clockOffset
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
