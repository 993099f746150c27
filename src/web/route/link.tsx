import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from 'react'
import { scopeParameters } from '../data/scope.ts'
import { go } from './location.ts'

interface LinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> {
  readonly to: string
  readonly children: ReactNode
}

/** A link inside the page. The scope goes along unless the target names its own. */
export function Link({ to, children, onClick, ...rest }: LinkProps) {
  const href = inScope(to)
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event)
    const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    if (event.defaultPrevented || !plain || rest.target !== undefined) return
    event.preventDefault()
    go(inScope(to))
    window.scrollTo(0, 0)
  }
  return (
    <a href={href} onClick={follow} {...rest}>
      {children}
    </a>
  )
}

/** An address of this page with the scope of the present one. */
export function inScope(to: string): string {
  const [path = '', text = ''] = to.split('?')
  const search = new URLSearchParams(text)
  const present = new URLSearchParams(location.search)
  for (const name of scopeParameters) {
    const value = present.get(name)
    if (value !== null && !search.has(name)) search.set(name, value)
  }
  const query = search.toString()
  return query === '' ? path : `${path}?${query}`
}
