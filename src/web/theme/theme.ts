import { useSyncExternalStore } from 'react'

export type ThemeChoice = 'system' | 'light' | 'dark'

const stored = 'evenkeel.theme'
const darkClass = 'pf-v6-theme-dark'
const changed = 'evenkeel:theme'

/** What this person chose in this browser; the system decides without a choice. */
function themeChoice(): ThemeChoice {
  const value = localStorage.getItem(stored)
  return value === 'light' || value === 'dark' ? value : 'system'
}

/** Puts the theme on the page, and keeps it there when the system's changes. Call once, before anything is drawn. */
export function followTheme(): void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const put = (): void => {
    const choice = themeChoice()
    const dark = choice === 'dark' || (choice === 'system' && system.matches)
    document.documentElement.classList.toggle(darkClass, dark)
  }
  system.addEventListener('change', put)
  window.addEventListener(changed, put)
  put()
}

/** The choice, and how to change it. */
export function useTheme(): readonly [ThemeChoice, (choice: ThemeChoice) => void] {
  const choice = useSyncExternalStore((listener) => {
    window.addEventListener(changed, listener)
    return () => window.removeEventListener(changed, listener)
  }, themeChoice)
  return [
    choice,
    (next) => {
      if (next === 'system') localStorage.removeItem(stored)
      else localStorage.setItem(stored, next)
      window.dispatchEvent(new Event(changed))
    },
  ]
}
