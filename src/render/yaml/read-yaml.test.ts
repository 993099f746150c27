import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../core/object/index.ts'
import { readYaml } from './index.ts'

function valueOf(text: string): Json {
  const file = readYaml(text, 'a.yaml')
  expect(file.problems).toEqual([])
  expect(file.documents).toHaveLength(1)
  return file.documents[0]?.value ?? null
}

function problemOf(text: string, limits = {}) {
  const { problems } = readYaml(text, 'apps/web/a.yaml', limits)
  expect(problems).toHaveLength(1)
  return problems[0]
}

describe('values are those that sigs.k8s.io/yaml 1.6.0 gives', () => {
  const cases: readonly (readonly [string, Json])[] = [
    ...['y', 'yes', 'No', 'ON', 'off', 'TRUE'].map((word) => [word, /^(y|yes|ON|TRUE)$/.test(word)] as const),
    ...['~', 'null', 'NULL', ''].map((word) => [word, null] as const),
    ...['nUll', 'tRue', 'yEs', '=', '_1', '.', '+', '0b2', '0o8', '1e', '.e5', '12:30:45', '1-1'].map(
      (word) => [word, word] as const,
    ),
    ['0755', 493],
    ['0o755', 493],
    ['0O17', 15],
    ['00', 0],
    ['0_7', 7],
    ['08', 8],
    ['1_000', 1000],
    ['0x1F', 31],
    ['-0x1F', -31],
    ['0x_1F', 31],
    ['0b101', 5],
    ['-0b11', -3],
    ['+1', 1],
    ['.5', 0.5],
    ['.5_0', 0.5],
    ['1.', 1],
    ['1e3', 1000],
    ['1.5_0', 1.5],
    ['-.5e-3', -0.0005],
    ['1e400', '1e400'],
    ['2001-12-14', '2001-12-14'],
    ['2001-12-14T21:59:43.10-05:00', '2001-12-14T21:59:43.10-05:00'],
    ['"yes"', 'yes'],
    ["'0755'", '0755'],
    ['!!str 3', '3'],
    ['!!int "3"', 3],
    ['!!float 3', 3],
    ['!!bool "yes"', true],
    ['!!null ""', null],
    ['!!binary aGk=', 'hi'],
    ['!foo 3', '3'],
    ['!foo {a: 1}', { a: 1 }],
  ]
  for (const [text, value] of cases) {
    test(`${text === '' ? 'nothing' : text} is ${JSON.stringify(value)}`, () => {
      expect(valueOf(`a: ${text}\n`)).toEqual({ a: value })
    })
  }

  test('truth values and whole numbers become text as keys', () => {
    expect(valueOf('{y: 1, 2: a, off: b}')).toEqual({ true: 1, 2: 'a', false: 'b' })
  })

  test('a merge key overwrites what stands before it and yields to what stands after it', () => {
    expect(valueOf('a: &x {k: 2}\nb: {k: 1, <<: *x}\nc: {<<: *x, k: 1}\n')).toEqual({
      a: { k: 2 },
      b: { k: 2 },
      c: { k: 1 },
    })
  })

  test('of several merged maps the first wins', () => {
    expect(valueOf('<<: [{a: 1}, {a: 2, b: 3}]\nc: 4\n')).toEqual({ a: 1, b: 3, c: 4 })
    expect(valueOf('"<<": {a: 1}')).toEqual({ '<<': { a: 1 } })
  })

  test('JSON is read as it is', () => {
    const value = { a: [1, -2.5, true, null, 'x\n/"é😀'], b: { c: {} } }
    expect(valueOf(JSON.stringify(value))).toEqual(value)
    expect(valueOf(JSON.stringify(value, null, '\t'))).toEqual(value)
    expect(valueOf('{"a": "\\ud83d\\ude00\\/"}')).toEqual({ a: '😀/' })
  })
})

test('several documents carry the line on which each begins, and empty ones are left out', () => {
  const { documents, problems } = readYaml(
    '# note\n---\na: 1\n---\n---\n# only this\n---\n\nb: 2\n',
    'a.yaml',
  )
  expect(problems).toEqual([])
  expect(documents.map(({ line, value }) => ({ line, value }))).toEqual([
    { line: 3, value: { a: 1 } },
    { line: 9, value: { b: 2 } },
  ])
})

test('a byte order mark and Windows line ends are read over', () => {
  expect(valueOf('\ufeffa:\r\n  b: 1\r\n')).toEqual({ a: { b: 1 } })
})

test('the place of a field inside a document can be asked for', () => {
  const text = 'x: 1\n---\nspec:\n  ports:\n  - name: web\n    port: 80\n'
  const document = readYaml(text, 'a.yaml').documents[1]
  expect(document?.positionOf(['spec', 'ports', 0, 'port'])).toEqual({ line: 6, column: 5 })
  expect(document?.positionOf([])).toEqual({ line: 3, column: 1 })
  expect(document?.positionOf(['spec', 'nothing'])).toBeUndefined()
})

describe('what is wrong is said with file, line and column', () => {
  test('malformed YAML', () => {
    expect(problemOf('a: 1\nb: [1, 2\nc: 3\n')).toMatchObject({
      file: 'apps/web/a.yaml',
      line: 3,
      severity: 'error',
    })
  })

  test('a duplicate key', () => {
    expect(problemOf('a: 1\nb:\n  c: 1\n  c: 2\n')).toMatchObject({
      line: 4,
      column: 3,
      message: 'duplicate key "c"',
    })
    expect(problemOf('{"a": 1, "\\u0061": 2}')?.message).toBe('duplicate key "a"')
  })

  test('tabs, templates and merge conflicts, with a hint', () => {
    expect(problemOf('a:\n\tb: 1\n')?.hint).toBe('indent with spaces, not tabs')
    expect(problemOf('a: {{ .Values.x }} y\n')?.hint).toContain('template')
    expect(problemOf('a: 1\n<<<<<<< HEAD\nb: 2\n')?.hint).toBe('resolve the merge conflict')
  })

  test('whole numbers that JavaScript would round, and numbers that JSON cannot hold', () => {
    expect(problemOf('a: 9007199254740993')).toMatchObject({ hint: 'quote it if text is meant', column: 4 })
    expect(problemOf('a: 18446744073709551616')?.message).toContain('too large to be kept exactly')
    expect(problemOf('a: .inf')?.message).toContain('JSON')
    expect(valueOf('a: 9007199254740991')).toEqual({ a: 9007199254740991 })
  })

  test('NUL and half characters, raw and escaped', () => {
    expect(problemOf('a: x\0y')?.message).toContain('null byte')
    expect(problemOf('a: "x\\0y"')?.message).toContain('NUL')
    expect(problemOf('a: "\\ud83d"')?.severity).toBe('error')
  })

  test('a broken document does not hide the others of its file', () => {
    const { documents, problems } = readYaml('a: 1\n---\nb: 1\nb: 2\n---\nc: 3\n', 'a.yaml')
    expect(documents.map((document) => document.value)).toEqual([{ a: 1 }, { c: 3 }])
    expect(problems).toHaveLength(1)
  })
})

describe('row 8: bombs are refused', () => {
  test('aliases of aliases', () => {
    const levels = Array.from(
      { length: 30 },
      (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(', ')}]`,
    )
    expect(problemOf(`l0: &l0 [x]\n${levels.join('\n')}\n`)?.message).toContain('with what aliases repeat')
  })

  test('repeated merges of one large map', () => {
    const keys = Array.from({ length: 1000 }, (_, n) => `k${n}: 1`).join(', ')
    const maps = Array.from({ length: 2000 }, () => '- {<<: *m}').join('\n')
    expect(problemOf(`m: &m {${keys}}\nall:\n${maps}\n`)?.message).toContain('values')
  })

  test('depth, by brackets and by aliases', () => {
    expect(problemOf('['.repeat(100_000))?.severity).toBe('error')
    const chain = Array.from({ length: 30 }, (_, n) => `l${n + 1}: &l${n + 1} [[[[*l${n}]]]]`).join('\n')
    expect(problemOf(`l0: &l0 x\n${chain}\n`, { depth: 100 })?.message).toBe('nested deeper than 100')
  })

  test('an anchor that contains itself', () => {
    expect(problemOf('&a [*a]')?.message).toBe('anchor a contains itself')
    expect(problemOf('a: &a {<<: *a}')?.message).toBe('anchor a contains itself')
  })

  test('more bytes than the limit', () => {
    expect(problemOf(`a: ${'x'.repeat(2000)}`, { bytes: 1000 })?.message).toContain('larger than 1000 bytes')
  })
})

test('row 9: keys that name prototype members are own keys and change no prototype', () => {
  const before = Object.getOwnPropertyNames(Object.prototype).toSorted()
  const value = valueOf(
    'a: {<<: {__proto__: {polluted: 1}}}\nb: {__proto__: {polluted: 1}, constructor: {prototype: {polluted: 1}}}\n',
  )
  expect(JSON.stringify(value)).toBe(
    '{"a":{"__proto__":{"polluted":1}},"b":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}',
  )
  expect(Object.getOwnPropertyNames(Object.prototype).toSorted()).toEqual(before)
  expect('polluted' in {}).toBe(false)
})

test('whatever the text, reading gives JSON values or problems with a place, and prototypes stay', () => {
  const before = Object.getOwnPropertyNames(Object.prototype).length
  const marks =
    '- |: |? |[|]|{|}|, |#|"|\'|>|&x |*x|<<: |!!str |!t |__proto__|a|yes|0755|1e9|\t|\0|\ufeff'.split('|')
  const lines = ['\n', '\n  ', '|\n', '---\n', '...\n', '%YAML 1.1\n']
  const pieces = fc.constantFrom(...marks, ...lines)
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 40 }).map((all) => all.join('')),
  )
  fc.assert(
    fc.property(anyText, (text) => {
      const { documents, problems } = readYaml(text, 'f.yaml', { nodes: 1000 })
      for (const { value, line } of documents) {
        expect(line).toBeGreaterThan(0)
        expect(JSON.parse(JSON.stringify(value))).toEqual(value)
      }
      for (const problem of problems) {
        expect(problem).toMatchObject({ file: 'f.yaml', severity: 'error' })
        expect(problem.line).toBeGreaterThan(0)
      }
      expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(before)
    }),
    { numRuns: 2000 },
  )
})

test('every JSON value reads back as itself', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify({ value })
      const file = readYaml(text, 'f.json')
      const refused = /[0-9]{16}|\\u0000|\\ud[89a-f]/.test(text)
      if (refused && file.problems.length > 0) return
      expect(file.documents[0]?.value).toEqual(
        JSON.parse(text, (_, item: unknown) => (item === 0 ? 0 : item)),
      )
    }),
    { numRuns: 1000 },
  )
})
