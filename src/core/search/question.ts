import { nearest } from '../nearest.ts'
import { numberFields } from './projection.ts'
import { wordsOf } from './words.ts'

type NumberField = (typeof numberFields)[number]
type Comparison = '=' | '>' | '>=' | '<' | '<='

/** Where words are looked for; anywhere without it. */
export type FoundWhere = 'name' | 'label' | 'image' | 'owner'

/** What a question asks, part by part; all parts have to hold. */
export interface SearchQuestion {
  readonly kinds?: readonly string[]
  readonly groups?: readonly string[]
  readonly namespaces?: readonly string[]
  readonly names?: readonly string[]
  readonly clusters?: readonly string[]
  readonly environments?: readonly string[]
  readonly bundles?: readonly string[]
  /** Each is one of these labels with any of the values; without values the label only has to be there. */
  readonly labels: readonly { readonly key: string; readonly values?: readonly string[] }[]
  readonly images: readonly (readonly string[])[]
  readonly owners: readonly (readonly string[])[]
  readonly numbers: readonly {
    readonly field: NumberField
    readonly comparison: Comparison
    readonly value: number
  }[]
  /** Words of which each has to begin a word of the object. */
  readonly words: readonly { readonly word: string; readonly where?: FoundWhere }[]
  /** What could not be understood, one sentence each: an answer to the rest would be about something else. */
  readonly problems: readonly string[]
}

/** The fields that a question may name. */
export const searchFields = [
  'kind',
  'group',
  'ns',
  'name',
  'cluster',
  'env',
  'bundle',
  'label',
  'image',
  'owner',
  ...numberFields,
] as const

const lists = {
  kind: 'kinds',
  group: 'groups',
  ns: 'namespaces',
  name: 'names',
  cluster: 'clusters',
  env: 'environments',
  bundle: 'bundles',
} as const

const aliases: Readonly<Record<string, string>> = {
  namespace: 'ns',
  environment: 'env',
  labels: 'label',
  images: 'image',
}

const longestQuestion = 2_000

/** Reads a question. Never fails: what it does not understand is among its problems. */
export function readQuestion(text: string): SearchQuestion {
  const named: Partial<Record<(typeof lists)[keyof typeof lists], string[]>> = {}
  const question = {
    labels: [] as { key: string; values?: string[] }[],
    images: [] as string[][],
    owners: [] as string[][],
    numbers: [] as { field: NumberField; comparison: Comparison; value: number }[],
    words: [] as { word: string; where?: FoundWhere }[],
    problems: [] as string[],
  }
  for (const part of partsOf(text.slice(0, longestQuestion))) {
    const match = /^([A-Za-z]+)(:|~|>=|<=|=|>|<)(.*)$/s.exec(part)
    if (match === null) {
      for (const word of wordsOf(part)) question.words.push({ word })
      continue
    }
    const [, given = '', operator = '', value = ''] = match
    const field = aliases[given.toLowerCase()] ?? given.toLowerCase()
    const values = value.split(',').filter((one) => one !== '')
    if (values.length === 0) question.problems.push(`${given}${operator} says no value`)
    else if (isNumberField(field)) {
      const number = Number(value)
      if (operator === '~' || !Number.isFinite(number))
        question.problems.push(`${part}: ${field} is a number`)
      else
        question.numbers.push({
          field,
          comparison: operator === ':' ? '=' : (operator as Comparison),
          value: number,
        })
    } else if (operator === '~') {
      const where = whereOf(field)
      if (where === undefined) question.problems.push(notIndexed(given, 'by words'))
      else for (const word of wordsOf(value)) question.words.push({ word, where })
    } else if (operator !== ':' && operator !== '=') question.problems.push(`${part}: ${field} is no number`)
    else if (field === 'label') question.labels.push(labelOf(value))
    else if (field === 'image') question.images.push(values)
    else if (field === 'owner') question.owners.push(values)
    else if (isListField(field)) named[lists[field]] = [...(named[lists[field]] ?? []), ...values]
    else question.problems.push(notIndexed(given, ''))
  }
  return { ...named, ...question }
}

/** Parted by blanks, but not between quotes. */
function partsOf(text: string): string[] {
  const parts = text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? []
  return parts.map((part) => part.replaceAll('"', ''))
}

function labelOf(text: string): { key: string; values?: string[] } {
  const at = text.indexOf('=')
  return at < 0 ? { key: text } : { key: text.slice(0, at), values: text.slice(at + 1).split(',') }
}

function whereOf(field: string): FoundWhere | undefined {
  return field === 'name' || field === 'label' || field === 'image' || field === 'owner' ? field : undefined
}

function isNumberField(field: string): field is NumberField {
  return numberFields.some((one) => one === field)
}

function isListField(field: string): field is keyof typeof lists {
  return Object.hasOwn(lists, field)
}

function notIndexed(field: string, how: string): string {
  const near = nearest(field.toLowerCase(), searchFields)
  const known = near === undefined ? `known are ${searchFields.join(', ')}` : `did you mean ${near}?`
  return `${field} is not indexed${how === '' ? '' : ` ${how}`}; ${known}`
}
