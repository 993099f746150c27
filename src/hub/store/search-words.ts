import { createHash } from 'node:crypto'
import { refOfKey } from '../../core/object/index.ts'
import {
  type FoundWhere,
  type ObjectProjection,
  type SearchQuestion,
  wordsOf,
} from '../../core/search/index.ts'

/** Where words are looked for, each a column of the index. */
export const places: readonly FoundWhere[] = ['name', 'label', 'image', 'owner']

/** A word with the letter of its place, for an index that has no columns. */
export function inPlace(where: FoundWhere, word: string): string {
  return `${where.slice(0, 1)}${word}`
}

/** A word that an object must have: what a word begins with, or one of several texts as a whole, which say their place. */
export type SoughtWord =
  | { readonly begins: string; readonly where: FoundWhere | undefined }
  | { readonly anyOf: readonly string[] }

/** The words that an object is found by, and beside them its labels, images, owners and groups as a whole. */
export function placedWords(
  key: string,
  bundle: string,
  { labels, images, owners }: ObjectProjection,
): Record<FoundWhere, string[]> {
  const { group, kind, namespace, name } = refOfKey(key)
  const pairs = Object.entries(labels)
  return {
    name: [
      ...wordsOf(name, namespace, kind),
      wholeWord('kind', kind),
      wholeWord('group', group),
      wholeWord('namespace', namespace),
      wholeWord('bundle', bundle),
    ],
    label: [
      ...wordsOf(...pairs.flat()),
      ...pairs.flatMap(([label, value]) => [wholeWord('label', label), labelWord(label, value)]),
    ],
    image: [...wordsOf(...images), ...images.map((image) => wholeWord('image', image))],
    owner: [...wordsOf(...owners), ...owners.map((owner) => wholeWord('owner', owner))],
  }
}

/** The words that a question asks for: those of it, and labels, images and owners as a whole. */
export function soughtWords({ words, labels, images, owners }: SearchQuestion): SoughtWord[] {
  const whole = (where: FoundWhere, texts: readonly string[]): SoughtWord => ({
    anyOf: texts.map((text) => wholeWord(where, text)),
  })
  return [
    ...words.map(({ word, where }) => ({ begins: word, where })),
    ...labels.map(({ key, values }) =>
      values === undefined ? whole('label', [key]) : { anyOf: values.map((value) => labelWord(key, value)) },
    ),
    ...images.map((values) => whole('image', values)),
    ...owners.map((values) => whole('owner', values)),
  ]
}

/** The groups that a question names beside words, as words: one index answers both at once. */
export function soughtGroups({ kinds, groups, namespaces, bundles }: SearchQuestion): SoughtWord[] {
  const lists = [
    ['kind', kinds],
    ['group', groups],
    ['namespace', namespaces],
    ['bundle', bundles],
  ] as const
  return lists.flatMap(([where, values]) =>
    values === undefined ? [] : [{ anyOf: values.map((value) => wholeWord(where, value)) }],
  )
}

function labelWord(key: string, value: string): string {
  return wholeWord('label', `${key}=${value}`)
}

/**
 * A text at its place as one word, however it is written. It begins with a letter of the private use area, so that no word
 * that somebody types is the beginning of it.
 */
function wholeWord(where: FoundWhere | 'kind' | 'group' | 'namespace' | 'bundle', text: string): string {
  const placed = `${where} ${text}`
  const known = made.get(placed)
  if (known !== undefined) return known
  const word = `${wholeMark}${createHash('sha256').update(placed).digest('hex').slice(0, 16)}`
  if (made.size >= mostMade) made.clear()
  made.set(placed, word)
  return word
}

/** True for a text as a whole, of all the words of an object. */
export function isWhole(word: string): boolean {
  return word.startsWith(wholeMark)
}

const wholeMark = '\u{e000}'

/** Words that were made lately: clusters have their labels and images in common. */
const made = new Map<string, string>()
const mostMade = 10_000
