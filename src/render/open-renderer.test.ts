import { expect, test } from 'vitest'
import { findRenderer, openRenderer, type RenderRequest } from './index.ts'

function request(files: Readonly<Record<string, string | Uint8Array>>, path = '.'): RenderRequest {
  const entries = Object.entries(files).map(([name, content]): [string, Uint8Array] => [
    name,
    Buffer.from(content),
  ])
  return { files: new Map(entries), path, tenant: 't', seed: new Uint8Array(32), clock: 0 }
}

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`

test('the renderer is found by what lies in the folder itself', () => {
  const paths = ['web/kustomization.yaml', 'db/Chart.yaml', 'both/Chart.yaml', 'both/Kustomization', 'a.yaml']
  expect(findRenderer(paths, 'web')).toBe('kustomize')
  expect(findRenderer(paths, 'db')).toBe('helm')
  expect(findRenderer(paths, 'both')).toBe('kustomize')
  expect(findRenderer(paths, '.')).toBe('plain')
})

test('plain YAML is rendered without a module, only below its path', async () => {
  const renderer = openRenderer({ module: '/nowhere/render.wasm' })
  const outcome = await renderer.render(
    request(
      { 'web/a.yaml': configMap('a'), 'web/sub/b.json': '{"apiVersion":"v1","kind":"Pod"}', 'c.yaml': 'x' },
      'web',
    ),
  )
  expect(outcome).toMatchObject({
    rendered: true,
    renderer: 'plain',
    manifests: [{ origin: { file: 'web/a.yaml', line: 1 } }, { origin: { file: 'web/sub/b.json' } }],
    randomBytes: 0,
  })
  await renderer.close()
})

test('a plain file that is no UTF-8 text leaves the source without a rendering', async () => {
  const outcome = await openRenderer().render(
    request({ 'a.yaml': configMap('a'), 'b.yaml': Uint8Array.of(0x61, 0xff) }),
  )
  expect(outcome).toMatchObject({
    rendered: false,
    problems: [{ file: 'b.yaml', message: 'this is not UTF-8 text' }],
  })
})

test('hooks of plain sources are read, and tests are left out', async () => {
  const job = (name: string, annotation: string) =>
    `apiVersion: batch/v1\nkind: Job\nmetadata: {name: ${name}, annotations: {${annotation}}}\n`
  const outcome = await openRenderer().render(
    request({
      'a.yaml': job('a', 'helm.sh/hook: test'),
      'b.yaml': job('b', '"argocd.argoproj.io/hook": PreSync'),
    }),
  )
  expect(outcome).toMatchObject({
    manifests: [{ hook: { when: 'before' } }],
    leftOut: [{ subject: 'Job a', reason: 'test hook', file: 'a.yaml' }],
  })
})

test('trees beyond the limits, and paths that lead outside, are refused by limit and input', async () => {
  const renderer = openRenderer()
  const first = async (wanted: RenderRequest) => {
    const outcome = await renderer.render(wanted)
    return outcome.rendered ? undefined : outcome.problems[0]?.message
  }
  const many = Object.fromEntries(Array.from({ length: 20_001 }, (_, index) => [`f${index}.yaml`, '']))
  expect(await first(request(many))).toBe('the tree has 20001 files, at most 20000 are rendered')
  const half = new Uint8Array(33 * 1024 * 1024)
  expect(await first(request({ 'a.bin': half, 'b.bin': half }))).toContain('at most 67108864 are rendered')
  const deep = `${'d/'.repeat(10_000)}a.yaml`.slice(0, 4000)
  expect(await first(request({ [`${deep}x`]: '' }))).toContain('deeper than 64 folders')
  for (const path of ['../b', 'a/../../b', '/etc', 'file:///etc', 'a\\b', 'a//b', 'a\0']) {
    expect(await first(request({}, path)), path).toContain('leads outside')
    expect(await first(request({ [path]: '' })), path).toContain('leads outside')
  }
})

test('rows 1 and 2: values files that are no path inside the repository are refused unread', async () => {
  const chart = { 'c/Chart.yaml': 'name: c', 'secret.yaml': 'canary: 1' }
  for (const file of [
    '../b/secret.yaml',
    'file:///etc/passwd',
    'http:../x',
    '/etc/passwd',
    'c/../secret.yaml',
  ]) {
    const helm = { valuesFiles: [file], releaseName: 'r', namespace: 'n' }
    const outcome = await openRenderer().render({ ...request(chart, 'c'), helm })
    expect(outcome).toMatchObject({
      rendered: false,
      problems: [{ message: 'this is no values file inside the repository' }],
    })
    expect(JSON.stringify(outcome)).not.toContain('canary')
  }
})

test('a values file that is encrypted with SOPS is refused', async () => {
  const files = { 'c/Chart.yaml': 'name: c', 'v.yaml': 'a: ENC[AES256_GCM,data:x]\nsops:\n  mac: ENC[x]\n' }
  const helm = { valuesFiles: ['v.yaml'], releaseName: 'r', namespace: 'n' }
  expect(await openRenderer().render({ ...request(files, 'c'), helm })).toMatchObject({
    problems: [{ file: 'v.yaml', message: expect.stringContaining('SOPS') }],
  })
})
