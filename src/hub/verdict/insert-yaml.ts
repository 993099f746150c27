import type { PlacedNode } from './yaml-places.ts'

/** The text with one more entry before the closing bracket of a list or map in flow style. */
export function intoFlow(text: string, node: PlacedNode, added: string, count: number): string {
  const inside = text.slice(0, node.end - 1)
  const kept = inside.trimEnd()
  const gap = inside.slice(kept.length)
  const comma = count === 0 || kept.endsWith(',') ? '' : ','
  const space = count === 0 && gap === '' && node.kind === 'list' ? '' : ' '
  return `${kept}${comma}${space}${added}${gap}${text.slice(node.end - 1)}`
}

/** New lines below a block, as far in as its first line. */
export function below(text: string, node: PlacedNode, start: number, lines: readonly string[]): string {
  const indent = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1))
  const last = text.slice(0, node.end).trimEnd().length
  const lineEnd = text.indexOf('\n', last)
  const end = lineEnd < 0 ? text.length : lineEnd
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const head = text.slice(0, end).replace(/\r$/, '')
  const tail = lineEnd < 0 ? newline : text.slice(head.length)
  return `${head}${lines.map((line) => `${newline}${indent}${line}`).join('')}${tail}`
}
