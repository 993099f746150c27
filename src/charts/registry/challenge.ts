/** How a registry wants to be asked (RFC 9110 §11.6.1, distribution token authentication). */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer'
      readonly realm: string
      readonly service: string | undefined
      readonly scope: string | undefined
    }

/** The first challenge of a `WWW-Authenticate` header that we can answer. */
export function readChallenge(header: string | undefined): Challenge | undefined {
  if (header === undefined || header.length > 4096) return undefined
  const bearer = /(?:^|,\s*)bearer\s+(.*)/i.exec(header)?.[1]
  if (bearer !== undefined) {
    const fields = new Map<string, string>()
    for (const [, name = '', quoted, plain] of bearer.matchAll(
      /([A-Za-z_]{1,40})=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g,
    )) {
      const key = name.toLowerCase()
      if (!fields.has(key)) fields.set(key, quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '')
    }
    const realm = fields.get('realm')
    if (realm !== undefined) {
      return { scheme: 'bearer', realm, service: fields.get('service'), scope: fields.get('scope') }
    }
  }
  return /(?:^|,\s*)basic(?:\s|$)/i.test(header) ? { scheme: 'basic' } : undefined
}
