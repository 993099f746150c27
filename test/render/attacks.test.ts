import { createGzip, gzipSync } from 'node:zlib'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Problem } from '../../src/core/problem.ts'
import { type Files, chart, configMap, helm, mustRender, problemsOf, request, testRenderer } from './rig.ts'
import { headerOf, tarOf, type TarEntry } from './tar.ts'

const canary = 'canary-6f1d0c'
process.env['EVENKEEL_TEST_CANARY'] = canary
const renderer = testRenderer({ threads: 2, timeMs: 3_000 })
const prototype = Object.getOwnPropertyNames(Object.prototype)

/** Safety §3, standing rule: nothing crashes, other tenants progress, no canary appears. */
async function refused(
  files: Files,
  path: string,
  rest: Parameters<typeof request>[2] = {},
): Promise<Problem> {
  const other = request({ 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': configMap('a') }, '.', {
    tenant: 'neighbour',
    seed: Buffer.from(String(performance.now())),
  })
  const [problems] = await Promise.all([
    problemsOf(renderer, request(files, path, rest)),
    mustRender(renderer, other),
  ])
  expect(JSON.stringify(problems)).not.toContain(canary)
  const [first] = problems
  if (first === undefined) throw new Error('refused without a reason')
  return first
}

const secret = { 'other/secret.yaml': `token: ${canary}\n` }

beforeAll(async () => {
  await mustRender(
    renderer,
    request({ 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': configMap('a') }, '.'),
  )
})

afterAll(() => {
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototype)
})

test.each([
  ['resources: [../../../etc/passwd]'],
  ['resources: [/etc/passwd]'],
  ['resources: [/proc/self/environ]'],
  ['resources: [../other/secret.yaml]'],
  ['configMapGenerator: [{name: a, files: [../other/secret.yaml]}]'],
  ['configMapGenerator: [{name: a, envs: [/proc/self/environ]}]'],
  ['patches: [{path: ../other/secret.yaml}]'],
  ['openapi: {path: ../other/secret.yaml}'],
  ['crds: [../other/secret.yaml]'],
])('row 1: a kustomization reads nothing outside its folder: %s', async (text) => {
  const files = { ...secret, 'web/kustomization.yaml': `${text}\n` }
  const problem = await refused(files, 'web')
  expect(problem).toMatchObject({ file: expect.stringMatching(/^(web\/kustomization|other\/secret)\.yaml$/) })
})

test('rows 1 and 14: templates see no file but those of their chart, no environment and no process', async () => {
  const files = chart(
    {
      'a.yaml': configMap(
        'a',
        'up: {{ .Files.Get "../other/secret.yaml" | quote }}',
        'passwd: {{ .Files.Get "/etc/passwd" | quote }}',
        'environ: {{ .Files.Get "/proc/1/environ" | quote }}',
        'glob: {{ len (.Files.Glob "../**") | quote }}',
        'tpl: {{ tpl "{{ .Files.Get \\"../other/secret.yaml\\" }}" . | quote }}',
      ),
    },
    secret,
  )
  const { manifests } = await mustRender(renderer, request(files, 'chart', helm()))
  expect(manifests[0]?.value['data']).toEqual({ up: '', passwd: '', environ: '', glob: '0', tpl: '' })
  for (const name of ['env "EVENKEEL_TEST_CANARY"', 'expandenv "$EVENKEEL_TEST_CANARY"']) {
    const reading = chart({ 'a.yaml': configMap('a', `x: {{ ${name} }}`) })
    expect((await refused(reading, 'chart', helm())).message).toMatch(
      /function "(env|expandenv)" not defined/,
    )
  }
})

test('rows 1 and 2: a values schema reaches neither files nor the network', async () => {
  for (const reference of [
    'file:///etc/passwd',
    'file:///other/secret.yaml',
    'http://127.0.0.1:1/x',
    'https://example.com/',
  ]) {
    const files = chart(
      { 'a.yaml': configMap('a') },
      { ...secret, 'chart/values.schema.json': JSON.stringify({ $ref: reference }) },
    )
    expect(await refused(files, 'chart', helm())).toMatchObject({ file: 'chart/values.schema.json' })
  }
})

test('row 5: cycles of bases and endless chains end with a reason', async () => {
  const cycle = {
    'a/kustomization.yaml': 'resources: [../b]\n',
    'b/kustomization.yaml': 'resources: [../a]\n',
  }
  expect((await refused(cycle, 'a')).message).toContain('cycle detected')
  const chain = Object.fromEntries(
    Array.from({ length: 5000 }, (_, index) => [
      `b${index}/kustomization.yaml`,
      `resources: [../b${index + 1}]\n`,
    ]),
  )
  expect(await refused(chain, 'b0')).toMatchObject({
    file: 'b101/kustomization.yaml',
    message: 'bases follow each other more than 100 deep',
  })
  const recursion = chart({
    '_x.tpl': '{{ define "x" }}{{ include "x" . }}{{ end }}',
    'a.yaml': '{{ include "x" . }}',
  })
  expect((await refused(recursion, 'chart', helm())).message).toContain('nested reference name: x')
  const deeper = chart({ 'a.yaml': '{{ define "y" }}{{ template "y" . }}{{ end }}{{ template "y" . }}' })
  expect((await refused(deeper, 'chart', helm())).message).toMatch(
    /exceeded maximum template depth|nested too deeply/,
  )
})

test.each<[string, readonly TarEntry[], string]>([
  ['leads outside', [{ name: 'db/../../etc/x', text: 'x' }], 'leads outside'],
  ['is absolute', [{ name: '/etc/x', text: 'x' }], 'leads outside'],
  ['is a hard link', [{ name: 'db/templates/a.yaml', type: '1', link: '/etc/passwd' }], 'links are refused'],
  [
    'is a symbolic link',
    [{ name: 'db/values.yaml', type: '2', link: '/proc/self/environ' }],
    'links are refused',
  ],
  ['is cut off', [{ name: 'db/values.yaml', text: 'x', size: 1_000_000 }], 'cannot be read'],
])('row 6: an archive is refused when an entry %s', async (_what, entries, message) => {
  const chartFile = { name: 'db/Chart.yaml', text: 'apiVersion: v2\nname: db\nversion: 1.0.0\n' }
  const files = chart({}, { 'chart/charts/db-1.0.0.tgz': gzipSync(tarOf([chartFile, ...entries])) })
  expect(await refused(files, 'chart', helm())).toMatchObject({
    file: 'chart/charts/db-1.0.0.tgz',
    message: expect.stringContaining(message),
  })
})

test('row 6: an archive that unpacks to gigabytes is capped while it is read', async () => {
  const gzip = createGzip({ level: 9 })
  const chunks: Buffer[] = []
  gzip.on('data', (chunk: Buffer) => chunks.push(chunk))
  const size = 2 * 1024 ** 3
  gzip.write(headerOf({ name: 'db/values.yaml' }, size))
  const block = Buffer.alloc(16 * 1024 * 1024)
  for (let written = 0; written < size; written += block.length) {
    if (!gzip.write(block)) await once(gzip, 'drain')
  }
  gzip.end()
  await once(gzip, 'end')
  const files = chart({}, { 'chart/charts/db-1.0.0.tgz': Buffer.concat(chunks) })
  expect(await refused(files, 'chart', helm())).toMatchObject({
    file: 'chart/charts/db-1.0.0.tgz',
    message: 'the archive unpacks to more than 67108864 bytes',
  })
})

test('row 8: YAML bombs in resources, values and templates end with a reason', async () => {
  const levels = Array.from(
    { length: 30 },
    (_, n) => `  l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(', ')}]`,
  )
  const bomb = `l0: &l0 [x]\n${levels.map((line) => line.trim()).join('\n')}\n`
  const resource = `${configMap('a')}${bomb}`
  await refused({ 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': resource }, '.')
  await refused({ 'kustomization.yaml': bomb }, '.')
  await refused(chart({ 'a.yaml': configMap('a') }, { 'chart/values.yaml': bomb }), 'chart', helm())
  await refused(
    chart({ 'a.yaml': configMap('a') }, { 'v.yaml': bomb }),
    'chart',
    helm({ valuesFiles: ['v.yaml'] }),
  )
  await refused(chart({ 'a.yaml': resource }), 'chart', helm())
  const nested = `${configMap('a')}x: ${'['.repeat(200_000)}\n`
  await refused(chart({ 'a.yaml': nested }), 'chart', helm())
  await refused({ 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': nested }, '.')
})

test('row 9: values that name prototype members change no prototype', async () => {
  const text =
    'a: {<<: {__proto__: {polluted: 1}}}\nconstructor: {prototype: {polluted: 1}}\n__proto__: {polluted: 1}\n'
  const files = chart(
    {
      'a.yaml': `${configMap('a')}data: {{ .Values | toJson | quote | nindent 2 }}\nspec: {{ .Values | toJson }}\n`,
    },
    { 'v.yaml': text },
  )
  const values = JSON.parse('{"__proto__": {"polluted": 2}}')
  const { manifests } = await mustRender(
    renderer,
    request(files, 'chart', helm({ valuesFiles: ['v.yaml'], values })),
  )
  expect(JSON.stringify(manifests[0]?.value['spec'])).toContain('"__proto__":{"polluted":2}')
  expect('polluted' in {}).toBe(false)
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototype)
})

test('row 10: an endless range ends at the time limit, alone, and its pool goes on', async () => {
  const endless = chart({
    'a.yaml': '{{ range $i := until 10000000 }}{{ range $j := until 10000000 }}{{ end }}{{ end }}',
  })
  expect(await refused(endless, 'chart', helm())).toMatchObject({
    file: 'chart',
    message: expect.stringMatching(/time limit|of memory/),
    hint: expect.stringMatching(/template that (loops|repeats)/),
  })
  const spin = chart({
    'a.yaml':
      '{{ range $i := until 3000 }}{{ range $j := until 3000 }}{{ range $k := until 3000 }}{{ end }}{{ end }}{{ end }}',
  })
  expect((await refused(spin, 'chart', helm())).message).toContain('the time limit of 3 s is over')
  const growing = chart({
    'a.yaml':
      '{{ $x := "0123456789" }}{{ range $i := until 40 }}{{ $x = printf "%s%s" $x $x }}{{ end }}{{ $x }}',
  })
  expect((await refused(growing, 'chart', helm())).message).toMatch(/memory|time limit/)
  const pattern = chart({
    'a.yaml': configMap('a', `x: {{ regexMatch "(a+)+$" "${'a'.repeat(40)}b" | quote }}`),
  })
  expect((await mustRender(renderer, request(pattern, 'chart', helm()))).manifests).toHaveLength(1)
})

test('row 11: lookup answers nothing, because there is no client of a cluster', async () => {
  const files = chart({
    'a.yaml': configMap(
      'a',
      'all: {{ lookup "v1" "Secret" "" "" | toJson | quote }}',
      'one: {{ len (lookup "v1" "Secret" "kube-system" "token") | quote }}',
    ),
  })
  const { manifests } = await mustRender(renderer, request(files, 'chart', helm()))
  expect(manifests[0]?.value['data']).toEqual({ all: '{}', one: '0' })
})

test('row 12: nothing leaves the renderer, neither by name service nor by remote bases', async () => {
  const files = chart({ 'a.yaml': configMap('a', 'host: {{ getHostByName "localhost" | quote }}') })
  const { manifests } = await mustRender(renderer, request(files, 'chart', helm()))
  expect(manifests[0]?.value['data']).toEqual({ host: '' })
  const remote = [
    'https://127.0.0.1:1/a.yaml',
    'http://169.254.169.254/latest',
    'git::https://example.com/a/b',
    'ext::sh -c touch% /tmp/x',
    'github.com/a/b',
    'git@example.com:a/b.git',
    'file:///etc/passwd',
    'https://example.com/a/b?ref=main',
  ]
  for (const reference of remote) {
    const problem = await refused(
      { 'kustomization.yaml': `resources:\n- ${JSON.stringify(reference)}\n` },
      '.',
    )
    expect(problem, reference).toMatchObject({
      file: 'kustomization.yaml',
      line: 2,
      message: expect.stringContaining('is remote'),
    })
  }
  const patch = {
    'kustomization.yaml': 'patches: [{path: "https://127.0.0.1:1/patch.yaml"}]\nresources: [a.yaml]\n',
    'a.yaml': configMap('a'),
  }
  await refused(patch, '.')
})

test('row 13: functions, plugins and chart commands are never run', async () => {
  const exec = (body: string) =>
    `apiVersion: example.dev/v1\nkind: Maker\nmetadata:\n  name: x\n  annotations:\n    config.kubernetes.io/function: |\n${body}`
  const functions = [
    '      exec: {path: ./run.sh}\n',
    '      container: {image: example.com/x}\n',
    '      starlark: {path: x.star}\n',
  ]
  for (const body of functions) {
    for (const list of ['generators', 'transformers', 'validators']) {
      const files = {
        'kustomization.yaml': `resources: [a.yaml]\n${list}: [f.yaml]\n`,
        'a.yaml': configMap('a'),
        'f.yaml': exec(body),
        'run.sh': '#!/bin/sh\n',
      }
      expect(await refused(files, '.')).toMatchObject({
        file: 'f.yaml',
        message: expect.stringContaining('never run'),
      })
    }
  }
  const plugin = {
    'kustomization.yaml': 'generators: [p.yaml]\n',
    'p.yaml': 'apiVersion: example.dev/v1\nkind: Plugin\nmetadata: {name: x}\n',
  }
  expect(await refused(plugin, '.')).toMatchObject({
    message: expect.stringContaining('external plugins disabled'),
    hint: expect.stringContaining('never run'),
  })
  const inflating = {
    'kustomization.yaml':
      'helmGlobals: {chartHome: /}\nhelmCharts: [{name: x, additionalValuesFiles: [/etc/passwd]}]\n',
  }
  expect((await refused(inflating, '.')).message).toContain('helmCharts is not rendered')
  const legacy = {
    'kustomization.yaml': 'generators: [p.yaml]\n',
    'p.yaml':
      'apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: x}\nname: x\nhelmCommand: /bin/sh\n',
  }
  await refused(legacy, '.')
})
