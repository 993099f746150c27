import { isMap, textOf } from '../../core/object/index.ts'

/** Where a list goes on. A revision of -1 means: at whatever is current. */
export interface ContinueToken {
  readonly revision: number
  /** The first key that is not yet told. */
  readonly from: string
}

/** The text of a token, of the form that Kubernetes uses (`meta.k8s.io/v1`). */
export function encodeContinue({ revision, from }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: from })).toString('base64url')
}

/** Reads a token; a text says why it is none, in the server's words. */
export function decodeContinue(text: string): ContinueToken | string {
  let token: unknown
  try {
    token = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return 'continue key is not valid'
  }
  if (!isMap(token)) return 'continue key is not valid'
  const { v, rv, start } = token
  if (v !== 'meta.k8s.io/v1') {
    return `continue key is not valid: server does not recognize this encoded version ${textOf(v)}`
  }
  if (typeof rv !== 'number' || rv === 0) {
    return 'continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)'
  }
  if (typeof start !== 'string' || start === '') {
    return 'continue key is not valid: encoded start key empty (version meta.k8s.io/v1)'
  }
  return { revision: rv, from: start }
}
