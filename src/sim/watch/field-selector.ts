import { isMap, type Json, type JsonMap, textOf } from '../../core/object/index.ts'

export type FieldSelector =
  | { readonly matches: (object: JsonMap) => boolean; readonly name: string | undefined }
  | { readonly malformed: string }

const aboutEvents = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath']

/** What may be selected by besides the name and the namespace. Source: AddFieldLabelConversionFunc of each kind. */
const selectable: Readonly<Record<string, readonly string[]>> = {
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  Node: ['spec.unschedulable'],
  ReplicationController: ['status.replicas'],
  ReplicaSet: ['status.replicas'],
  Job: ['status.successful'],
  Namespace: ['status.phase'],
  Secret: ['type'],
  Service: ['spec.clusterIP', 'spec.type'],
  CertificateSigningRequest: ['spec.signerName'],
  Event: [
    ...aboutEvents.map((field) => `involvedObject.${field}`),
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'Event.events.k8s.io': [
    ...aboutEvents.map((field) => `regarding.${field}`),
    'reason',
    'reportingController',
    'type',
  ],
}

/** Fields whose place is another than their name. */
const places: Readonly<Record<string, readonly string[]>> = {
  'status.successful': ['status', 'succeeded'],
}

/** Where the fields of events stand, which are stored in either of two groups: the first text that is there counts. */
const placesOfEvents: Readonly<Record<string, readonly (readonly string[])[]>> = {
  reportingComponent: [['reportingComponent'], ['reportingController']],
  source: [
    ['source', 'component'],
    ['deprecatedSource', 'component'],
    ['reportingComponent'],
    ['reportingController'],
  ],
}

/**
 * Reads a field selector (`metadata.name=web,status.phase!=Running`) for a kind, which of events is told with its group
 * where they have one. `more` are what a definition of custom resources allows. The answer's `name` is the one name that can match.
 */
export function fieldSelector(text: string, kind: string, more?: readonly string[]): FieldSelector {
  const tests: ((object: JsonMap) => boolean)[] = []
  const isEvent = more === undefined && isEventKind(kind)
  let name: string | undefined
  for (const part of text.split(/(?<!\\),/)) {
    if (part === '') continue
    const found = /^(.*?)(==|!=|=)(.*)$/.exec(part)
    if (found === null) {
      return { malformed: `invalid selector: '${text}'; can't understand '${part}'` }
    }
    const [, field = '', operator = '', escaped = ''] = found
    const wanted = escaped.replaceAll(/\\([\\,=])/g, '$1')
    const known = ['metadata.name', 'metadata.namespace', ...(more ?? selectable[kind] ?? [])]
    if (!known.includes(field)) {
      const hasOwn = more !== undefined || Object.hasOwn(selectable, kind)
      return {
        malformed: hasOwn
          ? `field label not supported: ${field}`
          : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
      }
    }
    const wheres = isEvent ? placesInEvents(field) : [places[field] ?? field.split('.')]
    const negative = operator === '!='
    if (field === 'metadata.name' && !negative) name = wanted
    tests.push((object) => (firstText(object, wheres) === wanted) !== negative)
  }
  return { matches: (object) => tests.every((test) => test(object)), name }
}

/** Whether it is that of events, in either group. */
export function isEventKind(kind: string): boolean {
  return kind === 'Event' || kind === 'Event.events.k8s.io'
}

function placesInEvents(field: string): readonly (readonly string[])[] {
  const known = placesOfEvents[field === 'reportingController' ? 'reportingComponent' : field]
  if (known !== undefined) return known
  const [first = '', ...rest] = field.split('.')
  if (first !== 'involvedObject' && first !== 'regarding') return [[first, ...rest]]
  return [
    ['involvedObject', ...rest],
    ['regarding', ...rest],
  ]
}

function firstText(object: JsonMap, wheres: readonly (readonly string[])[]): string {
  for (const steps of wheres) {
    const text = textAt(object, steps)
    if (text !== '') return text
  }
  return ''
}

function textAt(object: JsonMap, steps: readonly string[]): string {
  let value: Json | undefined = object
  for (const step of steps) value = isMap(value) ? value[step] : undefined
  if (value === undefined || value === null)
    return steps.at(-1) === 'unschedulable' || steps.at(-1) === 'hostNetwork' ? 'false' : ''
  return typeof value === 'object' ? '' : textOf(value)
}
