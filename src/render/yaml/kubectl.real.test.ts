import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { isMap, type Json } from '../../core/object/index.ts'
import { ensureBinaries } from '../../../tools/kubernetes/index.ts'
import { readYaml } from './index.ts'

let kubectl: string

beforeAll(async () => {
  kubectl = (await ensureBinaries()).kubectl
})

/** Texts that YAML 1.1, YAML 1.2 and Kubernetes do not agree about, and plain ones beside them. */
const scalars: readonly string[] = [
  'y',
  'Y',
  'n',
  'yes',
  'No',
  'ON',
  'off',
  'True',
  'tRue',
  '~',
  'null',
  'NULL',
  'nUll',
  '0755',
  '0o755',
  '0O17',
  '00',
  '0_7',
  '08',
  '0o8',
  '1_000',
  '1__0',
  '_1',
  '0b101',
  '-0b11',
  '0b2',
  '0x1F',
  '-0x1F',
  '0x_1F',
  '+1',
  '-0',
  '0.',
  '1.',
  '.5',
  '.5_0',
  '1.5_0',
  '1e3',
  '1E+5',
  '1e',
  '.e5',
  '1e400',
  '-.5e-3',
  '12:30:45',
  '2001-12-14',
  '2001-12-14T21:59:43.10-05:00',
  '=',
  '1.0',
  '0.1',
  '9007199254740991',
  '-9007199254740991',
  '"yes"',
  "'0755'",
  '!!str 3',
  '!!int "3"',
  '!!float 3',
  '!!bool "yes"',
  '!!binary aGk=',
  '!foo 3',
  'a b',
  'a:b',
  'a#b',
  'é😀',
  '"\\x41\\u00e9"',
  '[]',
  '{}',
  '[y, 0755, ~]',
  '{y: no, 2: b}',
  '{a: 1, <<: {a: 2, b: 3}}',
  '{<<: [{a: 1}, {a: 2, b: 3}], a: 4}',
]

/** What kubectl makes of the fields of a `spec`. */
function kubectlReads(spec: string): Readonly<Record<string, Json>> {
  const object = `apiVersion: example.com/v1\nkind: Foo\nmetadata: {name: a}\nspec:\n${spec}`
  const done = spawnSync(kubectl, ['annotate', '--local', '-f', '-', '-o', 'json', 'x=y'], {
    input: object,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { PATH: process.env['PATH'] ?? '', KUBECONFIG: '/dev/null', HOME: '/nonexistent' },
  })
  if (done.status !== 0) throw new Error(done.stderr)
  const printed = JSON.parse(done.stdout) as { spec: Readonly<Record<string, Json>> }
  return printed.spec
}

/** What we make of the same. */
function weRead(spec: string): Readonly<Record<string, Json>> {
  const { documents, problems } = readYaml(`spec:\n${spec}`, 'a.yaml')
  expect(problems).toEqual([])
  const value = documents[0]?.value
  return isMap(value) && isMap(value['spec']) ? value['spec'] : {}
}

test('every scalar, as value and in lists, is read as kubectl reads it', () => {
  const spec = scalars
    .map((scalar, index) => `  c${index}:\n    value: ${scalar}\n    list:\n    - ${scalar}\n`)
    .join('')
  const [ours, theirs] = [weRead(spec), kubectlReads(spec)]
  expect(Object.keys(theirs)).toHaveLength(scalars.length)
  scalars.forEach((scalar, index) =>
    expect([scalar, ours[`c${index}`]]).toEqual([scalar, theirs[`c${index}`]]),
  )
})

type Block = string | readonly Block[] | { readonly [key: string]: Block }

/** Block style, as people write manifests. */
function print(block: Block, indent: string): string {
  if (typeof block === 'string') return ` ${block}\n`
  const entries = Array.isArray(block)
    ? block.map((item: Block) => `${indent}-${print(item, `${indent}  `)}`)
    : Object.entries(block).map(([key, item]) => `${indent}${key}:${print(item, `${indent}  `)}`)
  return entries.length === 0 ? (Array.isArray(block) ? ' []\n' : ' {}\n') : `\n${entries.join('')}`
}

test('generated documents are read as kubectl reads them', () => {
  const key = fc.constantFrom(
    'a',
    'b',
    'name',
    '"on"',
    'yes',
    'no',
    '1',
    '0x10',
    "'0755'",
    '__proto__',
    'constructor',
  )
  const { block } = fc.letrec<{ block: Block }>((tie) => ({
    block: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(...scalars),
      fc.array(tie('block'), { maxLength: 4 }),
      fc.dictionary(key, tie('block'), { maxKeys: 4 }),
    ),
  }))
  const documents = fc.sample(block, { numRuns: 400, seed: 20_261_124 })
  const spec = documents.map((document, index) => `  d${index}:${print(document, '    ')}`)
  const ours = readYaml(`spec:\n${spec.join('')}`, 'a.yaml')
  // Two spellings of one key are a duplicate, which we refuse and kubectl does not: left out, one by one.
  const same = spec.filter(
    (text) => ours.problems.length === 0 || readYaml(text, 'a.yaml').problems.length === 0,
  )
  expect(same.length).toBeGreaterThan(300)
  expect(JSON.parse(JSON.stringify(weRead(same.join(''))))).toEqual(kubectlReads(same.join('')))
})
