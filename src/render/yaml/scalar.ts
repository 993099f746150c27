/** What a scalar is: a value, or the reason why it can have none. */
export type Scalar = { readonly value: string | number | boolean | null } | { readonly refused: Refusal }

export interface Refusal {
  readonly message: string
  readonly hint?: string
}

type Word = boolean | null | 'not finite'

const words: ReadonlyMap<string, Word> = new Map([
  ...meaning('y Y yes Yes YES true True TRUE on On ON', true),
  ...meaning('n N no No NO false False FALSE off Off OFF', false),
  ...meaning('~ null Null NULL', null),
  ...meaning('.nan .NaN .NAN .inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF', 'not finite'),
  ['', null],
])

function meaning(list: string, value: Word): [string, Word][] {
  return list.split(' ').map((word) => [word, value])
}

/**
 * Reads a plain scalar as kubectl does (sigs.k8s.io/yaml 1.6, go.yaml.in/yaml/v2 resolve.go): YAML 1.1 words
 * such as `yes` and `off` are truth values, `0755` and `0o755` octal, `1_000` a number, dates text. Numbers
 * that JSON cannot hold, and whole numbers that JavaScript cannot hold exactly, are refused.
 */
export function readPlain(text: string): Scalar {
  const word = words.get(text)
  if (word === 'not finite') {
    return refuse(`${text} is not a number that JSON can hold`, 'quote it if text is meant')
  }
  if (word !== undefined) return { value: word }
  const first = text.charAt(0)
  if (first === '.') {
    const digits = /^\.[0-9]+(_[0-9]+)*([eE][-+]?[0-9]+)?$/
    return { value: digits.test(text) ? finite(text.replaceAll('_', ''), text) : text }
  }
  if (!/[-+0-9]/.test(first)) return { value: text }
  const plain = text.replaceAll('_', '')
  const whole = readInteger(plain)
  if (whole !== undefined && fits(whole, plain)) return exactly(whole, text)
  if (!/^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(plain)) return { value: text }
  if (/^[-+]?[0-9]+$/.test(plain)) return exactly(BigInt(plain.replace(/^\+/, '')), text)
  return { value: finite(plain, text) }
}

/** Reads a scalar with an explicit core tag; `tag` is its short form without `!!`. */
export function readTagged(tag: string, text: string): Scalar {
  if (tag === 'str') return { value: text }
  if (tag === 'binary') return readBinary(text)
  const plain = readPlain(text)
  if ('refused' in plain) return plain
  const { value } = plain
  const fitting: Readonly<Record<string, boolean>> = {
    null: value === null,
    bool: typeof value === 'boolean',
    int: typeof value === 'number' && readInteger(text.replaceAll('_', '')) !== undefined,
    float: typeof value === 'number',
    timestamp: typeof value === 'string' && /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?$/.test(value),
  }
  return fitting[tag] === true ? plain : refuse(`this is no !!${tag}`, 'remove the tag, or mend the value')
}

/** Go's strconv.ParseInt(text, 0, …), without its range. */
function readInteger(text: string): bigint | undefined {
  const parts = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/.exec(text)
  if (parts === null) return undefined
  const [, sign, hex, binary, octal, decimal] = parts
  const digits = hex === undefined ? (binary === undefined ? (octal === undefined ? '' : '0o') : '0b') : '0x'
  const size = BigInt(`${digits}${hex ?? binary ?? octal ?? decimal ?? ''}`)
  return sign === '-' ? -size : size
}

/** True for what Go takes for an int64, or for a uint64 where no sign is written. */
function fits(value: bigint, text: string): boolean {
  const signed = /^[-+]/.test(text)
  return value >= -(2n ** 63n) && value < (signed ? 2n ** 63n : 2n ** 64n)
}

function exactly(value: bigint, text: string): Scalar {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return { value: number === 0 ? 0 : number }
  return refuse(
    `the whole number ${text.slice(0, 40)} is too large to be kept exactly`,
    'quote it if text is meant',
  )
}

/** Go leaves a number that overflows as text. */
function finite(digits: string, text: string): number | string {
  const number = Number(digits)
  return Number.isFinite(number) ? number : text
}

function readBinary(text: string): Scalar {
  const compact = text.replaceAll(/[\r\n]/g, '')
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) {
    return refuse('this is no base64', 'mend the value of the !!binary')
  }
  try {
    return { value: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(compact, 'base64')) }
  } catch {
    return refuse(
      '!!binary holds bytes that are no text',
      'use binaryData of a ConfigMap, or data of a Secret',
    )
  }
}

function refuse(message: string, hint?: string): Scalar {
  return { refused: hint === undefined ? { message } : { message, hint } }
}
