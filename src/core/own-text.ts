/**
 * The text by itself, and one for all equal ones: a part of a longer text keeps all of that text in memory (V8's sliced
 * strings), and one that was put together keeps its parts. A name of a property is neither, and there is one of each.
 */
export function ownText(text: string): string {
  const names: Record<string, true> = Object.create(null) as Record<string, never>
  names[text] = true
  return Object.keys(names)[0] ?? text
}
