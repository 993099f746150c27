import { toBase64 } from '../encoding/index.ts'
import { isMap, type Json, type JsonMap } from '../object/index.ts'
import type { IdentityProblem } from './identity.ts'
import { utf8 } from './utf8.ts'

/**
 * Turns the `stringData` of a Secret into `data`, as the server would, so that we own what we wrote (engine
 * F16a). Other objects come back as they are. Problems name keys, never values.
 */
export function withSecretData(value: JsonMap): { value: JsonMap } | { problem: IdentityProblem } {
  const { stringData, ...rest } = value
  if (value['kind'] !== 'Secret' || value['apiVersion'] !== 'v1' || stringData === undefined) return { value }
  const data = value['data'] ?? {}
  if (!isMap(data)) return { problem: { message: 'data is no map' } }
  if (stringData !== null && !isMap(stringData)) return { problem: { message: 'stringData is no map' } }
  const merged = new Map<string, Json>(Object.entries(data))
  for (const [key, text] of Object.entries(stringData ?? {})) {
    if (typeof text !== 'string') {
      return {
        problem: { message: `stringData: the value of ${JSON.stringify(key)} is no text`, hint: 'quote it' },
      }
    }
    merged.set(key, toBase64(utf8(text)))
  }
  return { value: { ...rest, data: Object.fromEntries(merged) } }
}
