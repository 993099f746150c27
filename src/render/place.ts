/**
 * The line of a text at which an object is declared: of the documents (or, in a template, parts) that name its kind,
 * the one whose name is contained in the object's, which may have got a prefix or suffix. 1 where nothing tells.
 */
export function lineOfObject(text: string, kind: string, name: string): number {
  const lines = text.split('\n')
  let start = 1
  let best = { line: 1, score: -1 }
  let current: { kind: boolean; named: boolean; line: number; score: number } | undefined
  const finish = (): void => {
    if (current?.kind === true && current.score > best.score)
      best = { line: current.line, score: current.score }
    current = undefined
  }
  lines.forEach((line, index) => {
    if (/^---(\s|$)/.test(line)) {
      finish()
      start = index + 2
      return
    }
    if (current === undefined) {
      // Comments, and lines of a template that write nothing themselves.
      if (/^\s*(#.*|\{\{.*\}\}\s*)?$/.test(line)) return
      current = { kind: false, named: false, line: Math.max(start, index + 1), score: 0 }
    }
    for (const [, key, value = ''] of line.matchAll(field)) {
      if (key === 'kind' && value === kind) current.kind = true
      // The first name is that of the object: in containers and references there are others.
      if (key === 'name' && !current.named) {
        current.named = true
        current.score = likeness(value, name)
      }
    }
  })
  finish()
  return best.line
}

/** `kind` and `name` where they begin a line or stand in braces. */
const field = /(?:^\s*(?:- )?|[{,]\s*)["']?(kind|name)["']?:\s*["']?([^"'\s#,}]+)/g

/** The line of a kustomization at which a generator makes an object of this name; 1 where nothing tells. */
export function lineOfGenerator(text: string, name: string): number {
  let best = { line: 1, score: 0 }
  text.split('\n').forEach((line, index) => {
    const field = /^\s*(?:- )?name:\s*["']?([^"'\s#]+)/.exec(line)
    const score = field?.[1] === undefined ? 0 : likeness(field[1], name)
    if (score > best.score) best = { line: index + 1, score }
  })
  return best.line
}

/** How much of `name` is explained by what is written. */
function likeness(written: string, name: string): number {
  return name.includes(written) ? written.length : 0
}
