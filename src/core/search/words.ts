const mostWords = 2_000
const longestWord = 64

/** The words of some texts, in lower case, each once: what stands between anything that is no letter or digit. */
export function wordsOf(...texts: readonly string[]): string[] {
  const words = new Set<string>()
  for (const text of texts) {
    for (const word of text.toLowerCase().split(/[^\p{L}\p{N}]+/u)) {
      if (word !== '' && words.size < mostWords) words.add(word.slice(0, longestWord))
    }
  }
  return [...words]
}
