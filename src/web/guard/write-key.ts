import { useRef } from 'react'

/** One key for one intention: a write that is sent again under it happens once. Renewed by `next`. */
export function useWriteKey(): { readonly current: string; next(): void } {
  const key = useRef(newKey())
  return {
    get current() {
      return key.current
    },
    next() {
      key.current = newKey()
    },
  }
}

/** Random text; `crypto.randomUUID` is not to be had outside of secure origins. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
