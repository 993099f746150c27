import type { StateWord } from '../../core/state/index.ts'

/** The colours of the states on white and on near-black (ux §3). Shape comes first; a test keeps them apart. */
export const palette: Readonly<Record<'light' | 'dark', Readonly<Record<StateWord, string>>>> = {
  light: {
    'in-sync': '#596d69',
    drifted: '#c38602',
    failed: '#a30707',
    'in-progress': '#1c95fc',
    leased: '#5e1f9c',
    pending: '#596d69',
    unreachable: '#050505',
  },
  dark: {
    'in-sync': '#567471',
    drifted: '#f8c253',
    failed: '#d80d0d',
    'in-progress': '#95b8ff',
    leased: '#9225f3',
    pending: '#567471',
    unreachable: '#fafafa',
  },
}

/** What the colours stand on. */
export const grounds = { light: '#ffffff', dark: '#151515' } as const

/** Identity colours where the fleet repository names none; white text on them has at least 5.9:1. */
export const identityColours: Readonly<Record<string, string>> = {
  prod: '#b0125b',
  stage: '#0b6e75',
  dev: '#5a6b16',
}

/** The identity colour of an environment: its own, else one by its name. */
export function identityColour(environment: string, declared: string | undefined): string {
  if (declared !== undefined) return declared
  const known = Object.entries(identityColours).find(([name]) => environment.includes(name))
  return known?.[1] ?? '#3c4a63'
}
