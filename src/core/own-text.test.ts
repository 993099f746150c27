import { expect, test } from 'vitest'
import { ownText } from './own-text.ts'

test('a text is the same text afterwards, whatever is in it', () => {
  for (const text of ['', 'shop/settings', '12', '__proto__', 'ä\0b']) expect(ownText(text)).toBe(text)
})
