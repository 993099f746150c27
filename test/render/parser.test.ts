import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { BoxPool, compileModule, findBeside } from '../../src/box/index.ts'
import type { Json } from '../../src/core/object/index.ts'
import { readReply } from '../../src/render/reply.ts'
import { readYaml } from '../../src/render/yaml/index.ts'
import { corpusFolder } from './corpus.ts'
import { filesBelow } from './rig.ts'

const pool = new BoxPool({
  module: async () => compileModule('render', findBeside('render.wasm') ?? 'dist/render.wasm'),
  threads: 1,
  timeMs: 60_000,
  mostCalls: 100_000,
  mostMemory: 1024 * 1024 * 1024,
  warmUp: [],
})
afterAll(() => pool.close())

/** The documents as sigs.k8s.io/yaml reads them, or undefined where it refuses the text. */
async function theirs(text: string): Promise<Json[] | undefined> {
  const call = { tenant: 't', name: 'parse', input: Buffer.from(text), seed: new Uint8Array(32), clock: 0 }
  const outcome = await pool.call(call)
  if (outcome.ended !== 'reply') throw new Error(outcome.message)
  const reply = readReply(outcome.output)
  if (reply.failure !== undefined) return undefined
  return reply.objects.map(({ value }) => (value ?? null) as Json).filter((value) => value !== null)
}

function ours(text: string): Json[] | undefined {
  const { documents, problems } = readYaml(text, 'f.yaml', { repeatedKeys: 'last wins' })
  return problems.length > 0 ? undefined : documents.map(({ value }) => value)
}

test('every YAML file of the corpus has the value that sigs.k8s.io/yaml gives it', async () => {
  const files = Object.entries(await filesBelow(corpusFolder)).filter(([name]) => /\.ya?ml$/.test(name))
  let compared = 0
  for (const [name, content] of files) {
    const text = Buffer.from(content).toString('utf8')
    const value = await theirs(text)
    // Templates are no YAML.
    if (value === undefined) continue
    expect(ours(text), name).toEqual(value)
    compared += 1
  }
  expect(compared).toBeGreaterThan(300)
})

test('generated documents: what we accept has the value that sigs.k8s.io/yaml gives it', async () => {
  const words =
    'y yes No ON off ~ null 0755 0o17 08 1_000 0x1F 1e3 .5 1. 12:30 2001-12-14 - <<x a-b "q" \'s\' !!str 5'.split(
      ' ',
    )
  const scalar = fc.oneof(
    fc.constantFrom(
      ...words,
      '"\\u00e9\\n"',
      "'it''s'",
      'a b',
      '',
      '[]',
      '{}',
      '|\n    text\n    more',
      '>-\n    folded\n    text',
    ),
    fc.integer({ min: -1e9, max: 1e9 }).map(String),
    fc.string({
      unit: fc.constantFrom(...'a b c X Y Z 0 1 9 _ . : / - +'.split(' '), ' '),
      minLength: 1,
      maxLength: 8,
    }),
  )
  const line = fc
    .tuple(fc.constantFrom('a', 'b', 'c: d', 'e', 'on', '1', '"q"'), scalar)
    .map(([key, value]) => `${key}: ${value}`)
  const list = fc
    .array(
      scalar.filter((text) => !text.includes('\n')),
      { maxLength: 4 },
    )
    .map((items) => (items.length === 0 ? 'l: []' : `l:\n${items.map((item) => `- ${item}`).join('\n')}`))
  const anchored = fc.constantFrom(
    'x: &x {p: 1, q: yes}\ny: {<<: *x, q: no}',
    'x: &x [1, 2]\ny: *x',
    '# only',
  )
  const document = fc
    .array(fc.oneof(line, list, anchored), { minLength: 1, maxLength: 5 })
    .map((lines) => lines.join('\n'))
  const text = fc.array(document, { minLength: 1, maxLength: 3 }).map((all) => `${all.join('\n---\n')}\n`)
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(text, async (yaml) => {
      const mine = ours(yaml)
      if (mine === undefined) return
      accepted += 1
      expect(await theirs(yaml)).toEqual(mine)
    }),
    { numRuns: 1500 },
  )
  expect(accepted).toBeGreaterThan(300)
})
