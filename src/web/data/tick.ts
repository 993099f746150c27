import { useSyncExternalStore } from 'react'
import { hubNow } from './live.ts'

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let second = Math.floor(hubNow() / 1000)

/** The hub's time in whole seconds; renders again every second. One timer serves the whole page. */
export function useSecond(): number {
  return useSyncExternalStore(subscribe, () => second)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(beat, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

function beat(): void {
  second = Math.floor(hubNow() / 1000)
  for (const listener of listeners) listener()
}
