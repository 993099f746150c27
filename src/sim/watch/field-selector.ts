import { isMap, type Json, type JsonMap, textOf } from '../../core/object/index.ts'

export type FieldSelector =
  | { readonly matches: (object: JsonMap) => boolean; readonly name: string | undefined }
  | { readonly malformed: string }

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
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
}

/** Fields whose place is another than their name. */
const places: Readonly<Record<string, readonly string[]>> = {
  'status.successful': ['status', 'succeeded'],
  source: ['source', 'component'],
}

/**
 * Reads a field selector (`metadata.name=web,status.phase!=Running`) for a kind. `more` are what a definition of custom
 * resources allows. The answer's `name` is the one name that can match.
 */
export function fieldSelector(text: string, kind: string, more?: readonly string[]): FieldSelector {
  const tests: ((object: JsonMap) => boolean)[] = []
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
    const steps = places[field] ?? field.split('.')
    const negative = operator === '!='
    if (field === 'metadata.name' && !negative) name = wanted
    tests.push((object) => (textAt(object, steps) === wanted) !== negative)
  }
  return { matches: (object) => tests.every((test) => test(object)), name }
}

function textAt(object: JsonMap, steps: readonly string[]): string {
  let value: Json | undefined = object
  for (const step of steps) value = isMap(value) ? value[step] : undefined
  if (value === undefined || value === null)
    return steps.at(-1) === 'unschedulable' || steps.at(-1) === 'hostNetwork' ? 'false' : ''
  return typeof value === 'object' ? '' : textOf(value)
}
