/** Marks of `paint`: private-use characters that take no room and never come from data. */
const paintMarks = /[\u{F0000}-\u{FFFFD}]/gu

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u
const nothing = /[\p{Mn}\p{Me}\p{Cf}]/u

/**
 * How many columns of a terminal a text takes: East Asian wide characters and emoji two, combining marks and
 * the marks of `paint` none, everything else one. Characters of ambiguous width (◆ ✕) count as one.
 */
export function textWidth(text: string): number {
  let width = 0
  for (const char of text.replace(paintMarks, '')) {
    if (char.length === 1 && char <= '\u02ff') width += 1
    else if (!nothing.test(char)) width += wide.test(char) ? 2 : 1
  }
  return width
}

/** The text with spaces up to `width` columns, behind it or before it. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(0, width - textWidth(text)))
  return align === 'left' ? text + spaces : spaces + text
}

/** The text cut to `width` columns, with `…` where something was cut. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let out = ''
  let used = 0
  for (const char of text) {
    const next = textWidth(char)
    if (used + next > width - 1) break
    out += char
    used += next
  }
  return `${out}…`
}
