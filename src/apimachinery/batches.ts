/**
 * Cuts texts into batches of at most `most.objects` members and, as far as single members allow, `most.bytes` in
 * total. Keeps the order; no batch is empty.
 */
export function batches(
  texts: readonly string[],
  most: { readonly objects: number; readonly bytes: number },
): readonly (readonly string[])[] {
  const all: string[][] = []
  let current: string[] = []
  let bytes = 0
  for (const text of texts) {
    const size = Buffer.byteLength(text)
    if (current.length > 0 && (current.length >= most.objects || bytes + size > most.bytes)) {
      all.push(current)
      current = []
      bytes = 0
    }
    current.push(text)
    bytes += size
  }
  return current.length === 0 ? all : [...all, current]
}
