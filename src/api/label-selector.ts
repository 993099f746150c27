import { Failure } from '../core/failure.ts'
import type { ApiCode } from './api-failure.ts'

type Labels = { readonly [label: string]: string }
type Requirement = (labels: Labels) => boolean

const key = String.raw`([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?`
const value = String.raw`(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?`
const equality = new RegExp(`^(${key})\\s*(==|=|!=)\\s*(${value})$`)
const membership = new RegExp(`^(${key})\\s+(in|notin)\\s*\\(([^()]*)\\)$`)
const presence = new RegExp(`^(!\\s*)?(${key})$`)
const wholeValue = new RegExp(`^${value}$`)

/**
 * Reads a label selector as kubectl's `-l` takes it and answers a test for labels. Without requirements it matches
 * everything. Throws `invalid-request`. Source: apimachinery, pkg/labels/selector.go; `!=` and `notin` match
 * what lacks the label.
 */
export function compileSelector(text: string): Requirement {
  const requirements = split(text).map(requirementOf)
  return (labels) => requirements.every((requirement) => requirement(labels))
}

/** True when `text` is a label selector. */
export function isSelector(text: string): boolean {
  try {
    compileSelector(text)
    return true
  } catch {
    return false
  }
}

/** The requirements, parted by the commas that stand outside parentheses. */
function split(text: string): string[] {
  if (text.trim() === '') return []
  return text.split(/,(?![^(]*\))/).map((part) => part.trim())
}

function requirementOf(text: string): Requirement {
  const equal = equality.exec(text)
  if (equal !== null) {
    const [, label = '', , operator, wanted = ''] = equal
    if (operator === '!=') return (labels) => labelOf(labels, label) !== wanted
    return (labels) => labelOf(labels, label) === wanted
  }
  const member = membership.exec(text)
  if (member !== null) {
    const [, label = '', , operator, list = ''] = member
    const values = list.split(',').map((one) => one.trim())
    if (!values.every((one) => wholeValue.test(one))) throw malformed(text)
    if (operator === 'notin') {
      return (labels) => {
        const held = labelOf(labels, label)
        return held === undefined || !values.includes(held)
      }
    }
    return (labels) => {
      const held = labelOf(labels, label)
      return held !== undefined && values.includes(held)
    }
  }
  const present = presence.exec(text)
  if (present === null) throw malformed(text)
  const [, not, label = ''] = present
  return (labels) => (labelOf(labels, label) === undefined) === (not !== undefined)
}

function labelOf(labels: Labels, label: string): string | undefined {
  return Object.hasOwn(labels, label) ? labels[label] : undefined
}

function malformed(text: string): Failure<ApiCode> {
  return new Failure('invalid-request', `label selector: cannot read ${JSON.stringify(text.slice(0, 100))}`, {
    hint: 'write requirements such as region=eu, tier!=test, zone in (a, b), gpu or !gpu, parted by commas',
  })
}
