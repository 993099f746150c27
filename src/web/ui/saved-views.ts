import { useSyncExternalStore } from 'react'

export interface SavedView {
  readonly name: string
  readonly address: string
}

const stored = 'evenkeel.views'
const changed = 'evenkeel:views'
let known: { text: string; views: readonly SavedView[] } = { text: '', views: [] }

/** The views that were saved in this browser, by name. */
export function useSavedViews(): readonly SavedView[] {
  return useSyncExternalStore((listener) => {
    window.addEventListener(changed, listener)
    window.addEventListener('storage', listener)
    return () => {
      window.removeEventListener(changed, listener)
      window.removeEventListener('storage', listener)
    }
  }, read)
}

/** Addresses under names. A view is a link: saving one keeps nothing else. */
export const savedViews = {
  save(name: string, address: string): void {
    write([...read().filter((view) => view.name !== name), { name, address }])
  },
  forget(name: string): void {
    write(read().filter((view) => view.name !== name))
  },
} as const

function read(): readonly SavedView[] {
  const text = localStorage.getItem(stored) ?? '[]'
  if (text !== known.text) known = { text, views: parsed(text) }
  return known.views
}

function parsed(text: string): SavedView[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value.filter(isView) : []
  } catch {
    return []
  }
}

function isView(value: unknown): value is SavedView {
  if (typeof value !== 'object' || value === null) return false
  const { name, address } = value as Partial<SavedView>
  return typeof name === 'string' && typeof address === 'string' && /^\/(?!\/)/.test(address)
}

function write(views: readonly SavedView[]): void {
  localStorage.setItem(stored, JSON.stringify(views.toSorted((one, two) => (one.name < two.name ? -1 : 1))))
  window.dispatchEvent(new Event(changed))
}
