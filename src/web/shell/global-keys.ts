import { useEffect, useRef } from 'react'
import { go } from '../route/location.ts'
import { inScope } from '../route/link.tsx'

/** Keys after `g`. Nothing that writes stands on a key. */
export const goKeys: Readonly<Record<string, readonly [to: string, text: string]>> = {
  f: ['/', 'Fleet'],
  d: ['/drift', 'Drift'],
  b: ['/bundles', 'Bundles'],
  n: ['/namespaces', 'Namespaces'],
  r: ['/rollouts', 'Rollouts'],
  j: ['/jobs', 'Jobs'],
  c: ['/compare', 'Compare'],
  q: ['/access', 'Access and quota'],
  s: ['/search', 'Search'],
  a: ['/activity', 'Activity'],
}

interface Actions {
  readonly onPalette: () => void
  readonly onHelp: () => void
}

/** How long `g` waits for the key after it. */
const together = 1_500

/** Listens for the keys that every page has: `/` and `⌘K`, `g` and a letter, `?`. */
export function useGlobalKeys({ onPalette, onHelp }: Actions): void {
  const actions = useRef({ onPalette, onHelp })
  actions.current = { onPalette, onHelp }
  useEffect(() => {
    let wentAt = 0
    const pressed = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() === 'k' && (event.metaKey || event.ctrlKey)) {
        event.preventDefault()
        actions.current.onPalette()
        return
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return
      const target = goKeys[event.key]
      if (Date.now() - wentAt < together && target !== undefined) {
        wentAt = 0
        go(inScope(target[0]))
      } else if (event.key === 'g') wentAt = Date.now()
      else if (event.key === '/') {
        event.preventDefault()
        actions.current.onPalette()
      } else if (event.key === '?') actions.current.onHelp()
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [])
}

/** True where a key is text, or a dialog has the keyboard. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.closest('input, textarea, select, [contenteditable], [role=dialog]') !== null
}
