import { isMap, type Json, type JsonMap } from '../object/index.ts'

/** Why an object has no identity that could be delivered. */
export interface IdentityProblem {
  readonly message: string
  readonly hint?: string
}

/**
 * Checks what every object must have before it can be sent anywhere: apiVersion, kind, a name of its own
 * that is safe in a path, and labels and annotations that are text. Rules of apimachinery's
 * ValidatePathSegmentName and ValidateObjectMeta; the rest is the server's to say.
 */
export function identityProblem(value: JsonMap): IdentityProblem | undefined {
  const { apiVersion, kind, metadata } = value
  if (typeof apiVersion !== 'string' || !/^([a-z0-9][-a-z0-9.]*\/)?[a-z0-9]+$/.test(apiVersion)) {
    return { message: 'apiVersion is missing or malformed', hint: 'write group/version, such as apps/v1' }
  }
  if (typeof kind !== 'string' || !/^[A-Za-z][A-Za-z0-9]*$/.test(kind)) {
    return { message: 'kind is missing or malformed' }
  }
  if (!isMap(metadata)) return { message: 'metadata is missing', hint: 'write metadata with a name' }
  return (
    nameProblem(metadata) ?? textMapProblem('labels', metadata) ?? textMapProblem('annotations', metadata)
  )
}

function nameProblem(metadata: JsonMap): IdentityProblem | undefined {
  const { name, namespace, generateName } = metadata
  if (name === undefined || name === null || name === '') {
    return says(generateName)
      ? {
          message: 'generateName cannot be delivered: each apply would create another object',
          hint: 'write metadata.name',
        }
      : { message: 'metadata.name is missing' }
  }
  if (typeof name !== 'string') return { message: 'metadata.name is no text', hint: 'quote it' }
  if (name.length > 253) return { message: 'metadata.name is longer than 253 characters' }
  if (name === '.' || name === '..' || /[/%\p{Cc}\p{Zs}\p{Surrogate}]/u.test(name)) {
    return { message: 'metadata.name holds characters that no name may hold' }
  }
  if (namespace === undefined || namespace === null || namespace === '') return undefined
  if (typeof namespace !== 'string' || !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) {
    return { message: 'metadata.namespace is no namespace name' }
  }
  return undefined
}

function textMapProblem(field: string, metadata: JsonMap): IdentityProblem | undefined {
  const map = metadata[field]
  if (!says(map)) return undefined
  if (!isMap(map)) return { message: `metadata.${field} is no map` }
  const wrong = Object.keys(map).find((key) => typeof map[key] !== 'string')
  if (wrong === undefined) return undefined
  return { message: `metadata.${field}: the value of ${JSON.stringify(wrong)} is no text`, hint: 'quote it' }
}

function says(value: Json | undefined): boolean {
  return value !== undefined && value !== null
}
