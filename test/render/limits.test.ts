import { expect, test } from 'vitest'
import { BoxPool, compileModule, findBeside } from '../../src/box/index.ts'
import { chart, configMap, helm, mustRender, problemsOf, request, testRenderer } from './rig.ts'

const renderer = testRenderer({ threads: 1, timeMs: 20_000 })

test('10,000 objects are rendered, one more is refused, and so is more output than the limit', async () => {
  const many = (count: number) =>
    chart({ 'a.yaml': `{{ range $i := until ${count} }}---\n${configMap('c-{{ $i }}')}{{ end }}` })
  expect((await mustRender(renderer, request(many(10_000), 'chart', helm()))).manifests).toHaveLength(10_000)
  expect(await problemsOf(renderer, request(many(10_001), 'chart', helm()))).toMatchObject([
    { file: 'chart/templates/a.yaml', message: '10001 objects, at most 10000 are rendered' },
  ])
  const large = chart({ 'a.yaml': `${configMap('a')}data: {x: "{{ repeat 70000000 "x" }}"}\n` })
  expect(await problemsOf(renderer, request(large, 'chart', helm()))).toMatchObject([
    { message: 'the objects are larger than 67108864 bytes' },
  ])
})

test('a template that takes more memory than the module may have ends with the limit, and the next is rendered', async () => {
  const growing = chart({
    'a.yaml': '{{ range $i := until 30 }}{{ repeat 60000000 (printf "%d" $i) }}{{ end }}',
  })
  expect(await problemsOf(renderer, request(growing, 'chart', helm()))).toMatchObject([
    { file: 'chart', message: 'the helm renderer needs more than 1073741824 bytes of memory' },
  ])
  await mustRender(renderer, request(chart({ 'a.yaml': configMap('a') }), 'chart', helm()))
})

test('a chart with files of 60 MiB in all is read', async () => {
  const file = Buffer.alloc(10 * 1024 * 1024, 'x')
  const more = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`chart/files/${index}.txt`, file]))
  const files = chart(
    { 'a.yaml': configMap('a', 'size: {{ len (.Files.Get "files/5.txt") | quote }}') },
    more,
  )
  const { manifests } = await mustRender(renderer, request(files, 'chart', helm()))
  expect(manifests[0]?.value['data']).toEqual({ size: String(file.length) })
})

test('an encrypted file is refused wherever it gets into an object', async () => {
  const text = 'a: ENC[AES256_GCM,data:abc,type:str]\nsops: {mac: "ENC[AES256_GCM,data:x]"}\n'
  const generated = {
    'kustomization.yaml': 'secretGenerator: [{name: s, files: [secret.yaml]}]\n',
    'secret.yaml': text,
  }
  const resource = {
    'kustomization.yaml': 'resources: [s.yaml]\n',
    's.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n${text}`,
  }
  for (const files of [generated, resource]) {
    expect(await problemsOf(renderer, request(files, '.'))).toMatchObject([
      { message: expect.stringContaining('SOPS') },
    ])
  }
})

test('an instance sees one tenant only, is replaced after its calls, and a closed pool says so', async () => {
  const file = findBeside('render.wasm')
  if (file === undefined) throw new Error('the module is not built')
  const compiled = await compileModule('render', file)
  const pool = new BoxPool({
    module: async () => compiled,
    threads: 1,
    timeMs: 20_000,
    mostCalls: 2,
    mostMemory: 512 * 1024 * 1024,
    warmUp: [],
  })
  const call = (tenant: string) => {
    const input = Buffer.from('a: yes')
    return pool.call({ tenant, name: 'parse', input, seed: Buffer.alloc(32), clock: 0 })
  }
  const outcomes = await Promise.all(['a', 'a', 'a', 'b', 'a'].map(call))
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ ended: 'reply', randomBytes: 0 })
    if (outcome.ended === 'reply') expect(Buffer.from(outcome.output).toString()).toContain('{"a":true}')
  }
  const crashed = await pool.call({
    tenant: 'a',
    name: 'nothing',
    input: new Uint8Array(1),
    seed: new Uint8Array(1),
    clock: 0,
  })
  expect(crashed).toMatchObject({ ended: 'crash', message: 'the module exports no function nothing' })
  expect(await call('a')).toMatchObject({ ended: 'reply' })
  const running = call('a')
  await pool.close()
  expect(await running).toMatchObject({ ended: 'closed' })
  expect(await call('a')).toMatchObject({ ended: 'closed' })
})
