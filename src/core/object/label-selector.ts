type Labels = { readonly [label: string]: string }
type Requirement = (labels: Labels) => boolean

const key = String.raw`([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?`
const value = String.raw`(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?`
const equality = new RegExp(`^(${key})\\s*(==|=|!=)\\s*(${value})$`)
const membership = new RegExp(`^(${key})\\s+(in|notin)\\s*\\(([^()]*)\\)$`)
const comparison = new RegExp(`^(${key})\\s*([<>])\\s*(-?\\d+)$`)
const presence = new RegExp(`^(!\\s*)?(${key})$`)
const wholeValue = new RegExp(`^${value}$`)

/** A label selector, or the requirement in it that cannot be read. */
export type LabelSelector = { readonly matches: Requirement } | { readonly malformed: string }

/**
 * Reads a label selector as kubectl's `-l` takes it, into a test for labels. Without requirements it matches everything.
 * Source: apimachinery, pkg/labels/selector.go; `!=` and `notin` match what lacks the label.
 */
export function labelSelector(text: string): LabelSelector {
  const requirements: Requirement[] = []
  for (const part of split(text)) {
    const requirement = requirementOf(part)
    if (requirement === undefined) return { malformed: part }
    requirements.push(requirement)
  }
  return { matches: (labels) => requirements.every((requirement) => requirement(labels)) }
}

/** The requirements, parted by the commas that stand outside parentheses. */
function split(text: string): string[] {
  if (text.trim() === '') return []
  return text.split(/,(?![^(]*\))/).map((part) => part.trim())
}

function requirementOf(text: string): Requirement | undefined {
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
    if (!values.every((one) => wholeValue.test(one))) return undefined
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
  const compared = comparison.exec(text)
  if (compared !== null) {
    const [, label = '', , operator, bound] = compared
    return (labels) => {
      const held = Number(labelOf(labels, label) ?? Number.NaN)
      return operator === '>' ? held > Number(bound) : held < Number(bound)
    }
  }
  const present = presence.exec(text)
  if (present === null) return undefined
  const [, not, label = ''] = present
  return (labels) => (labelOf(labels, label) === undefined) === (not !== undefined)
}

function labelOf(labels: Labels, label: string): string | undefined {
  return Object.hasOwn(labels, label) ? labels[label] : undefined
}
