import { expect, test } from 'vitest'
import { configMap, mustRender, problemsOf, request, testRenderer } from './rig.ts'

const renderer = testRenderer()

test('every object tells the file and line that declare it, through prefixes, bases and generators', async () => {
  const files = {
    'apps/web/overlay/kustomization.yaml':
      'resources:\n- ../base\n- own.json\nnamePrefix: prod-\nconfigMapGenerator:\n- name: first\n  literals: [a=1]\n- name: second\n  literals: [a=1]\n',
    'apps/web/overlay/own.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"own"}}',
    'apps/web/base/kustomization.yaml': 'resources: [all.yaml]\n',
    'apps/web/base/all.yaml': `# The base.\n${configMap('one')}---\n${configMap('one-more')}`,
  }
  const { manifests } = await mustRender(renderer, request(files, 'apps/web/overlay'))
  const places = manifests.map(({ value, origin }) => [
    JSON.stringify(value['metadata']).replace(/-[a-z0-9]{10}"/, '"'),
    `${origin.file}:${origin.line}`,
  ])
  expect(Object.fromEntries(places)).toEqual({
    '{"name":"prod-one"}': 'apps/web/base/all.yaml:2',
    '{"name":"prod-one-more"}': 'apps/web/base/all.yaml:7',
    '{"name":"prod-own"}': 'apps/web/overlay/own.json:1',
    '{"name":"prod-first"}': 'apps/web/overlay/kustomization.yaml:6',
    '{"name":"prod-second"}': 'apps/web/overlay/kustomization.yaml:8',
  })
})

test('annotations that ask for origins stay only where the kustomization asks itself', async () => {
  const files = { 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': configMap('a') }
  const plain = await mustRender(renderer, request(files, '.'))
  expect(plain.manifests[0]?.value).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } })
  const asking = {
    ...files,
    'kustomization.yaml': 'resources: [a.yaml]\nbuildMetadata: [originAnnotations]\n',
  }
  const kept = await mustRender(renderer, request(asking, '.'))
  expect(kept.manifests[0]?.value['metadata']).toEqual({
    name: 'a',
    annotations: { 'config.kubernetes.io/origin': 'path: a.yaml\n' },
  })
})

test('variables are a source of replacements and leave no object behind', async () => {
  const files = {
    'web/kustomization.yaml':
      'resources:\nconfigMapGenerator:\n- name: web\n  literals: [host=none]\n  options: {disableNameSuffixHash: true}\nreplacements:\n- source: {kind: ConfigMap, name: evenkeel-vars, fieldPath: data.domain}\n  targets:\n  - select: {kind: ConfigMap, name: web}\n    fieldPaths: [data.host]\n',
  }
  const { manifests } = await mustRender(
    renderer,
    request(files, 'web', { vars: { domain: 'eu.example.com' } }),
  )
  expect(manifests.map(({ value }) => value['data'])).toEqual([{ host: 'eu.example.com' }])
})

test('remote bases that were fetched are read from where they lie, others are refused with their line', async () => {
  const remote = 'https://git.example.com/shop/base//web?ref=v1.2.0'
  const files = {
    'web/kustomization.yaml': `resources:\n- own.yaml\n- ${remote}\n`,
    'web/own.yaml': configMap('own'),
    '.remotes/1/web/kustomization.yaml': 'resources: [far.yaml]\n',
    '.remotes/1/web/far.yaml': configMap('far'),
  }
  expect(await problemsOf(renderer, request(files, 'web'))).toMatchObject([
    {
      file: 'web/kustomization.yaml',
      line: 3,
      message: `${remote} is remote, and a renderer has no network`,
    },
  ])
  const remotes = new Map([[remote, '.remotes/1/web']])
  const { manifests } = await mustRender(renderer, request(files, 'web', { remotes }))
  expect(manifests.map(({ origin }) => origin.file)).toEqual(['.remotes/1/web/far.yaml', 'web/own.yaml'])
})

test('an error names the file of the base that it is in, with its line', async () => {
  const files = {
    'over/kustomization.yaml': 'resources: [../base]\n',
    'base/kustomization.yaml': 'resources: [a.yaml]\n',
    'base/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n data: [\n',
  }
  const [broken] = await problemsOf(renderer, request(files, 'over'))
  expect(broken).toMatchObject({ file: 'base/a.yaml', line: expect.any(Number), severity: 'error' })
  expect(broken?.message).toContain('yaml')
  const { 'base/a.yaml': _, ...missing } = files
  expect(await problemsOf(renderer, request(missing, 'over'))).toMatchObject([
    { file: 'base/kustomization.yaml', message: expect.stringContaining("base/a.yaml' doesn't exist") },
  ])
  const unknown = { ...files, 'base/kustomization.yaml': 'resorces: [a.yaml]\n' }
  expect(await problemsOf(renderer, request(unknown, 'over'))).toMatchObject([
    { file: 'base/kustomization.yaml', message: expect.stringContaining('resorces') },
  ])
})

test('charts inside a kustomization are refused with what to do instead', async () => {
  const files = {
    'over/kustomization.yaml': 'resources: [../base]\n',
    'base/kustomization.yaml':
      'namespace: shop\nhelmCharts:\n- name: web\n  repo: https://charts.example.com\n',
  }
  expect(await problemsOf(renderer, request(files, 'over'))).toMatchObject([
    {
      file: 'base/kustomization.yaml',
      line: 3,
      message: expect.stringContaining('helmCharts is not rendered inside a kustomization'),
      hint: expect.stringContaining('a bundle of its own'),
    },
  ])
})

test('names that git allows and Kustomize in memory does not are read all the same', async () => {
  const files = {
    'a b+c@1/kustomization.yaml': 'resources: ["ä x.yaml"]\n',
    'a b+c@1/ä x.yaml': configMap('a'),
  }
  const { manifests } = await mustRender(renderer, request(files, 'a b+c@1'))
  expect(manifests[0]?.origin).toEqual({ file: 'a b+c@1/ä x.yaml', line: 1 })
})

test('whole numbers that cannot be kept exactly are refused, and others come through', async () => {
  const at = (number: string) => ({
    'kustomization.yaml': 'resources: [a.yaml]\n',
    'a.yaml': `apiVersion: example.dev/v1\nkind: Thing\nmetadata: {name: a}\nspec: {n: ${number}, t: "12345678901234567890"}\n`,
  })
  expect(await problemsOf(renderer, request(at('12345678901234567'), '.'))).toMatchObject([
    { message: expect.stringContaining('12345678901234567 is too large') },
  ])
  const { manifests } = await mustRender(renderer, request(at('9007199254740991'), '.'))
  expect(manifests[0]?.value['spec']).toEqual({ n: 9007199254740991, t: '12345678901234567890' })
})
