import { isMap, type JsonMap, labelSelector } from '../../core/object/index.ts'
import { type StoredObject, wholeOf } from '../store/index.ts'
import { fieldSelector, isEventKind } from './field-selector.ts'

/** Which objects of a resource a list or a watch is about. */
export interface Selection {
  readonly namespace: string | undefined
  /** The one name that can match. */
  readonly name: string | undefined
  /** True without selectors: then a list can say how many objects remain. */
  readonly everything: boolean
  matches(object: StoredObject): boolean
}

export interface SelectionRequest {
  readonly namespace?: string
  readonly labels?: string
  readonly fields?: string
  readonly kind: string
  /** Of custom resources: what their definition allows to select by. */
  readonly customFields?: readonly string[]
}

/** Reads the selectors of a request; `malformed` says what a server answers to those that it cannot read. */
export function selectionOf(request: SelectionRequest): Selection | { readonly malformed: string } {
  const { namespace, labels = '', fields = '', kind, customFields } = request
  const byLabel = labelSelector(labels)
  if ('malformed' in byLabel) {
    return { malformed: `unable to parse requirement: found '${byLabel.malformed}'` }
  }
  const byField = fieldSelector(fields, kind, customFields)
  if ('malformed' in byField) return byField
  const isEvent = customFields === undefined && isEventKind(kind)
  const everything = labels.trim() === '' && fields === ''
  return {
    namespace,
    name: byField.name,
    everything,
    // Labels and selectable fields are shared between clusters, so the shape tells them, save what an event is about.
    matches: everything
      ? () => true
      : (object) =>
          byLabel.matches(labelsOf(object.shape)) &&
          byField.matches(isEvent ? wholeOf(object) : object.shape),
  }
}

function labelsOf({ metadata }: JsonMap): Record<string, string> {
  const labels = isMap(metadata) ? metadata.labels : undefined
  return isMap(labels) ? (labels as Record<string, string>) : {}
}
