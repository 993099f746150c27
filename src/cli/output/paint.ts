import { createColors } from 'picocolors'

/**
 * Colour as marks inside a text. Data can never bring terminal sequences of its own: whatever is written goes through
 * `rendered`, which drops control characters and only then turns the marks into sequences (safety row 41).
 */
export type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta'

const names: readonly Colour[] = ['bold', 'dim', 'red', 'green', 'yellow', 'blue', 'magenta']
const colourful = createColors(true)

/** Marks for a closed set of colours lie from here on, those for colours by number behind them. */
const firstMark = 0xf0000
const firstRgb = 0xf1000

/** The text in a colour, as marks. */
export function paint(colour: Colour, text: string): string {
  const index = names.indexOf(colour) * 2
  return `${String.fromCodePoint(firstMark + index)}${text}${String.fromCodePoint(firstMark + index + 1)}`
}

/** The text in a colour such as `#c9190b`, to the 12 bits that a mark holds; as it is for any other form. */
export function paintHex(colour: string | undefined, text: string): string {
  const match = /^#([0-9a-f])[0-9a-f]?([0-9a-f])[0-9a-f]?([0-9a-f])[0-9a-f]?$/i.exec(colour ?? '')
  if (match === null) return text
  const value = Number.parseInt(`${match[1]}${match[2]}${match[3]}`, 16)
  return `${String.fromCodePoint(firstRgb + value)}${text}${String.fromCodePoint(firstRgb + 0x1000)}`
}

const controls = /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

/** What is written to a terminal or file for a text with marks. */
export function rendered(text: string, colours: boolean): string {
  const clean = text.replace(controls, '\ufffd')
  return clean.replace(/[\u{F0000}-\u{FFFFD}]/gu, (mark) => (colours ? sequenceOf(mark) : ''))
}

function sequenceOf(mark: string): string {
  const code = mark.codePointAt(0) ?? 0
  if (code >= firstRgb + 0x1000) return '\u001b[39m'
  if (code >= firstRgb) {
    const value = code - firstRgb
    const [red, green, blue] = [value >> 8, (value >> 4) & 15, value & 15].map((part) => part * 17)
    return `\u001b[38;2;${red};${green};${blue}m`
  }
  const name = names[(code - firstMark) >> 1]
  return name === undefined ? '' : (colourful[name](' ').split(' ')[(code - firstMark) & 1] ?? '')
}
