import { apiFailure, type Route } from '../../api/index.ts'

/** The largest body of a route that does not say otherwise. */
const defaultBodyLimit = 1024 * 1024

/** The largest body that a route takes. */
export function bodyLimitOf(route: Route): number {
  return route.bodyLimit ?? defaultBodyLimit
}

/**
 * Reads a JSON body of at most `limit` bytes; a larger one is not read to its end. Throws `unsupported-media`,
 * `too-large` or `invalid-request`.
 */
export async function readJsonBody(request: Request, limit: number): Promise<unknown> {
  return parseJson(await readBody(request, limit))
}

/** The bytes of a JSON body, not yet parsed. Throws as `readJsonBody`. */
export async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw apiFailure('unsupported-media', `request: cannot read the body: ${typeName(type)}, wanted JSON`, {
      hint: 'send Content-Type: application/json',
    })
  }
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > limit) throw tooLarge(limit)
  return readBytes(request, limit)
}

/** The value of a JSON body. Throws `invalid-request`. */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw apiFailure('invalid-request', 'request: cannot read the body: it is not UTF-8')
  }
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw apiFailure('invalid-request', `request: cannot read the body: it is not JSON`, {
      hint: `send one JSON value (${where(error)})`,
    })
  }
}

async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function tooLarge(limit: number): Error {
  return apiFailure('too-large', `request: the body is too large: this route takes ${limit} bytes`, {
    hint: 'send less at once',
  })
}

function typeName(type: string): string {
  return type === '' ? 'it has no Content-Type' : `its Content-Type is ${JSON.stringify(type.slice(0, 100))}`
}

/** Where parsing stopped; the engine's own message would quote the body. */
function where(error: unknown): string {
  const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined
  return position === undefined ? 'it ends too early' : `it breaks at byte ${position}`
}
