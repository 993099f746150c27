import { isMap, type Json } from '../../core/object/index.ts'
import { readYaml } from '../../render/yaml/index.ts'
import { below, intoFlow } from './insert-yaml.ts'
import { documentsIn, type PlacedNode, placeAt } from './yaml-places.ts'

/** What is written into a file: the text whole, or why it is not. */
export type Edited = { readonly text: string } | { readonly refused: string }

/**
 * Adds a rule to `spec.drift.ignore` of a bundle, where it stands in its file: comments, order and style of everything
 * else stay as they are. `remark` becomes a comment above the rule where the style has room for one. The outcome is read
 * again: a file that would then say anything else besides is not written.
 */
export function addRule(text: string, bundle: string, rule: string, remark: string): Edited {
  const before = readYaml(text, bundle)
  if (before.problems.length > 0) return { refused: 'the file cannot be read' }
  const at = before.documents.findIndex(({ value }) => isBundle(value, bundle))
  const values = before.documents.map(({ value }) => value)
  const value = values[at]
  if (value === undefined) return { refused: `it does not hold bundle ${bundle} any more` }
  const wanted = withRule(value, rule)
  if (wanted === undefined) return { text }
  const documents = documentsIn(text)
  const document = documents[at]
  const edited = document === undefined ? undefined : inserted(text, document, rule, remark)
  if (edited === undefined)
    return { refused: 'the bundle is written in a way that no rule can be added to by itself' }
  const after = readYaml(edited, bundle)
  const isRight =
    after.problems.length === 0 &&
    JSON.stringify(after.documents.map((one) => one.value)) === JSON.stringify(values.with(at, wanted))
  return isRight
    ? { text: edited }
    : { refused: 'the bundle is written in a way that no rule can be added to by itself' }
}

function isBundle(value: Json, name: string): boolean {
  return (
    isMap(value) &&
    value['kind'] === 'Bundle' &&
    isMap(value['metadata']) &&
    value['metadata']['name'] === name
  )
}

/** The bundle with the rule; undefined where it has it already. */
function withRule(bundle: Json, rule: string): Json | undefined {
  if (!isMap(bundle) || !isMap(bundle['spec'])) return undefined
  const { spec } = bundle
  const drift = isMap(spec['drift']) ? spec['drift'] : {}
  const rules = Array.isArray(drift['ignore']) ? drift['ignore'] : []
  if (rules.includes(rule)) return undefined
  return { ...bundle, spec: { ...spec, drift: { ...drift, ignore: [...rules, rule] } } }
}

/** The text with the rule at the innermost place that is there already; undefined where there is no such place. */
function inserted(text: string, document: PlacedNode, rule: string, remark: string): string | undefined {
  const quoted = JSON.stringify(rule)
  const spec = placeAt(document, 'spec')
  const drift = placeAt(spec, 'drift')
  const rules = placeAt(drift, 'ignore')
  if (rules !== undefined) {
    if (rules.kind !== 'list') return undefined
    if (rules.flow) return intoFlow(text, rules, quoted, rules.items.length)
    return below(text, rules, rules.start, [`# ${remark}`, `- ${quoted}`])
  }
  if (drift !== undefined) {
    if (drift.kind !== 'map') return undefined
    if (drift.flow) return intoFlow(text, drift, `"ignore": [${quoted}]`, drift.entries.length)
    return below(text, drift, drift.start, ['ignore:', `  # ${remark}`, `  - ${quoted}`])
  }
  if (spec?.kind !== 'map') return undefined
  if (spec.flow) return intoFlow(text, spec, `"drift": { "ignore": [${quoted}] }`, spec.entries.length)
  return below(text, spec, spec.start, ['drift:', '  ignore:', `    # ${remark}`, `    - ${quoted}`])
}
