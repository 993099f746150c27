import type { Asked } from './request-identity.ts'

/** A page of a heading and sentences, for what happens before there is a page of the program. It runs no script. */
export function statementPage(
  context: Asked,
  status: 400 | 401 | 403 | 429 | 502 | 503,
  heading: string,
  sentences: readonly string[],
): Response {
  const id = `Request ${context.get('requestId')}`
  const text = [...sentences, id].map((sentence) => `<p>${escaped(sentence)}</p>`).join('')
  const title = escaped(heading)
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${text}</html>`
  context.header('content-type', 'text/html; charset=utf-8')
  return context.body(page, status)
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)
}
