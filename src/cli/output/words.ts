import type { IdentityView, ValueView } from '../../api/index.ts'
import type { ObjectRef } from '../../core/object/index.ts'
import { stateGlyph, stateName, type StateWord } from '../../core/state/index.ts'
import { shortName } from '../../core/built-in-kinds.ts'
import { type Colour, paint, paintHex } from './paint.ts'

const colours: Readonly<Record<StateWord, Colour>> = {
  unreachable: 'bold',
  failed: 'red',
  drifted: 'yellow',
  'in-progress': 'blue',
  leased: 'magenta',
  pending: 'dim',
  'in-sync': 'dim',
}

/** `◆ Drifted`: the shape never without its word. */
export function stateText(state: StateWord): string {
  return paint(colours[state], `${stateGlyph(state)} ${stateName(state)}`)
}

/** The shape alone, for a line whose words say the rest. */
export function glyphText(state: StateWord): string {
  return paint(colours[state], stateGlyph(state))
}

/** `PROD!` for a protected environment, `DEV` for others, in the environment's colour. */
export function environmentMark(identity: Pick<IdentityView, 'environment' | 'tier' | 'colour'>): string {
  const mark = `${identity.environment.toUpperCase()}${identity.tier === 'protected' ? '!' : ''}`
  return paintHex(identity.colour, paint('bold', mark))
}

/** `7f3c…91`: enough of an identity to compare by eye. */
export function shortId(id: string | undefined): string {
  if (id === undefined) return '?'
  return id.length <= 8 ? id : `${id.slice(0, 4)}…${id.slice(-2)}`
}

/** A value as people write it: texts without quotes where nothing is lost by that. */
export function valueText(value: ValueView): string {
  switch (value.is) {
    case 'absent':
      return '-'
    case 'secret':
      return '(secret)'
    case 'large':
      return '(…)'
    case 'text':
      return jsonText(value.text)
  }
}

/** JSON text as people write it. */
export function jsonText(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'string') return text
    return /^[^\s"'][^\n]*$/.test(value) && !/^(-|true|false|null|[\d.]+)$/.test(value) ? value : text
  } catch {
    return text
  }
}

/** `checkout/api`: an object by its name alone, where the kind is plain from the rest. */
export function placeOf(object: ObjectRef): string {
  return object.namespace === '' ? object.name : `${object.namespace}/${object.name}`
}

/** `checkout/deploy/api`: an object as the command line takes it. */
export function argumentOf(object: ObjectRef): string {
  const kind = shortName(object.kind, object.group)
  return object.namespace === '' ? `${kind}/${object.name}` : `${object.namespace}/${kind}/${object.name}`
}

/** The field of a difference; a difference of the whole object has none. */
export function fieldText(path: string): string {
  return path === '' ? '(whole object)' : path
}

/** The first characters of a commit. */
export function shortRevision(revision: string): string {
  return /^[0-9a-f]{40,64}$/.test(revision) ? revision.slice(0, 7) : revision
}

/** `1 cluster`, `3 clusters`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
