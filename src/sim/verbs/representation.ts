import { isMap, type JsonMap } from '../../core/object/index.ts'
import { notAcceptable } from './refusal.ts'

/** In what form objects are answered. */
export type Representation =
  | { readonly form: 'plain' }
  | { readonly form: 'metadata' }
  | { readonly form: 'table'; readonly include: 'None' | 'Metadata' | 'Object' }

const offered = ['application/json']

/** One entry of an Accept header. */
export interface Accepted {
  readonly type: string
  readonly parameters: Readonly<Record<string, string>>
}

/** The entries of an Accept header, the most wanted first. */
export function acceptedTypes(accept: string): readonly Accepted[] {
  const all = accept.split(',').map((part) => {
    const [type = '', ...rest] = part.split(';').map((one) => one.trim())
    const parameters = Object.fromEntries(rest.map((one) => one.split('=', 2) as [string, string]))
    return { type: type.toLowerCase(), parameters }
  })
  const quality = ({ parameters }: Accepted): number => Number(parameters.q ?? 1)
  return all.sort((a, b) => quality(b) - quality(a))
}

/** True when a client takes JSON. */
export function takesJson(accept: string): boolean {
  return accept === '' || acceptedTypes(accept).some(({ type }) => isJson(type))
}

/** The form that a client asks for. Throws a 406 for one that takes nothing that is offered. */
export function representationOf(accept: string, includeObject: string | null): Representation {
  if (accept === '') return { form: 'plain' }
  for (const { type, parameters } of acceptedTypes(accept)) {
    if (!isJson(type)) continue
    const { as, g, v } = parameters
    if (as === undefined) return { form: 'plain' }
    if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) continue
    if (as === 'Table') return { form: 'table', include: includeOf(includeObject) }
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return { form: 'metadata' }
  }
  throw notAcceptable(offered)
}

function isJson(type: string): boolean {
  return type === 'application/json' || type === '*/*' || type === 'application/*'
}

function includeOf(text: string | null): 'None' | 'Metadata' | 'Object' {
  return text === 'None' || text === 'Object' ? text : 'Metadata'
}

/** Only what names an object. */
export function metadataOnly(object: JsonMap): JsonMap {
  const metadata = isMap(object.metadata) ? object.metadata : {}
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
}
