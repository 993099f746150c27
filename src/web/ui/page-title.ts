import { useEffect } from 'react'
import { identityColour } from '../theme/palette.ts'
import type { Marked } from './identity.tsx'

/** Sets the title of the tab, and its favicon: a keel, in the colour of the cluster where the page is about one. */
export function usePageTitle(title: string, mark?: Marked & { readonly cluster?: string }): void {
  const { environment, colour, cluster } = mark ?? {}
  useEffect(() => {
    const code = environment === undefined ? '' : `[${environment.toUpperCase()}] `
    const name = cluster === undefined ? '' : `${cluster} · `
    document.title = `${code}${name}${title} · Evenkeel`
    setFavicon(environment === undefined ? undefined : identityColour(environment, colour))
    return () => setFavicon(undefined)
  }, [title, environment, colour, cluster])
}

function setFavicon(colour: string | undefined): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]')
  if (link === null) return
  link.href =
    colour === undefined ? '/favicon.svg' : `data:image/svg+xml,${encodeURIComponent(keelOn(colour))}`
}

function keelOn(colour: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28"><rect width="28" height="28" rx="5" fill="${colour}"/><g fill="none" stroke="#fff" stroke-width="2.5" stroke-linejoin="round"><path d="M5 12h18l-2.6 6H7.6z"/><path d="M14 18v5M14 12V5"/></g></svg>`
}
