import { useMemo, useSyncExternalStore } from 'react'

const changed = 'evenkeel:location'

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener)
  window.addEventListener(changed, listener)
  return () => {
    window.removeEventListener('popstate', listener)
    window.removeEventListener(changed, listener)
  }
}

/** The path of the address, such as `/drift/c-4f2a`. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname)
}

/** The parameters of the address. The same value as long as they do not change. */
export function useSearch(): URLSearchParams {
  const text = useSyncExternalStore(subscribe, () => location.search)
  return useMemo(() => new URLSearchParams(text), [text])
}

/** Goes to an address of this page. `replace` leaves no step to go back to. */
export function go(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState(undefined, '', to)
  else history.pushState(undefined, '', to)
  window.dispatchEvent(new Event(changed))
}

/** The present address with some parameters set, or removed where they are undefined or empty. */
export function withSearch(change: { readonly [name: string]: string | undefined }): string {
  const search = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined || value === '') search.delete(name)
    else search.set(name, value)
  }
  const text = search.toString()
  return text === '' ? location.pathname : `${location.pathname}?${text}`
}
