import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { ensureNativeTools } from '../../tools/render/native.ts'
import { nativeObjects, writeFolder } from './native.ts'
import { chart, configMap, helm, mustRender, problemsOf, request, testRenderer } from './rig.ts'
import { tarOf } from './tar.ts'

const renderer = testRenderer()

test('values come from the chart, then files in their order, then inline, then --set', async () => {
  const files = chart(
    {
      'a.yaml': configMap(
        'a',
        ...['a', 'b', 'c', 'd', 'e'].map((key) => `${key}: {{ .Values.${key} | quote }}`),
      ),
    },
    {
      'chart/values.yaml': 'a: chart\nb: chart\nc: chart\nd: chart\ne: chart\n',
      'values/first.yaml': 'b: first\nc: first\nd: first\ne: first\n',
      'values/second.yaml': 'c: second\nd: second\ne: second\n',
    },
  )
  const asked = helm({
    valuesFiles: ['values/first.yaml', 'values/second.yaml'],
    values: { d: 'inline', e: 'inline' },
    setString: ['e=true'],
  })
  const { manifests } = await mustRender(renderer, request(files, 'chart', asked))
  const data = { a: 'chart', b: 'first', c: 'second', d: 'inline', e: 'true' }
  expect(manifests[0]?.value['data']).toEqual(data)
})

test('hooks come with time, weight and delete policy; tests are left out by name, notes without', async () => {
  const hook = (name: string, ...annotations: string[]): string =>
    `apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: ${name}\n  annotations:\n${annotations.map((one) => `    ${one}\n`).join('')}`
  const files = chart({
    'migrate.yaml': hook('migrate', 'helm.sh/hook: pre-install,pre-upgrade', 'helm.sh/hook-weight: "-5"'),
    'notify.yaml': hook(
      'notify',
      'helm.sh/hook: post-install',
      'helm.sh/hook-delete-policy: hook-succeeded,hook-failed',
    ),
    'test.yaml': hook('check', 'helm.sh/hook: test'),
    'gone.yaml': hook('backup', 'helm.sh/hook: pre-delete'),
    'web.yaml': configMap('web'),
    'NOTES.txt': 'Thank you for installing {{ .Chart.Name }}.',
  })
  const { manifests, leftOut, warnings } = await mustRender(renderer, request(files, 'chart', helm()))
  expect(manifests.map(({ value, hook: one, origin }) => [value['kind'], one, origin.file])).toEqual([
    ['ConfigMap', undefined, 'chart/templates/web.yaml'],
    [
      'Job',
      { when: 'before', weight: -5, deletePolicy: ['before-creation'] },
      'chart/templates/migrate.yaml',
    ],
    [
      'Job',
      { when: 'after', weight: 0, deletePolicy: ['succeeded', 'failed'] },
      'chart/templates/notify.yaml',
    ],
  ])
  expect(leftOut).toEqual([
    { subject: 'Job backup', reason: 'hook pre-delete', file: 'chart/templates/gone.yaml' },
    { subject: 'Job check', reason: 'test hook', file: 'chart/templates/test.yaml' },
  ])
  expect(warnings).toMatchObject([{ subject: 'Job backup', severity: 'warning' }])
})

test('a template error names the template, the line and what the template says', async () => {
  const files = chart({
    'a.yaml': `${configMap('a')}data:\n  x: {{ include "web.host" . }}\n`,
    '_helpers.tpl':
      '{{- define "web.host" -}}\n{{ required "set host to the name of the shop" .Values.host }}\n{{- end }}\n',
  })
  const [required] = await problemsOf(renderer, request(files, 'chart', helm()))
  expect(required?.message).toContain('set host to the name of the shop')
  expect(required).toMatchObject({ file: expect.stringMatching(/^chart\/templates\//), severity: 'error' })
  const wrong = chart({ 'a.yaml': `${configMap('a')}data:\n  x: {{ .Values.a.b.c }}\n` })
  expect(await problemsOf(renderer, request(wrong, 'chart', helm()))).toMatchObject([
    { file: 'chart/templates/a.yaml', line: 6, message: expect.stringContaining('nil pointer') },
  ])
  const open = chart({ 'a.yaml': `${configMap('a')}{{ if true }}\n` })
  expect(await problemsOf(renderer, request(open, 'chart', helm()))).toMatchObject([
    { file: 'chart/templates/a.yaml', line: 6, message: expect.stringContaining('unexpected EOF') },
  ])
  const text = chart({ 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\n' })
  expect(await problemsOf(renderer, request(text, 'chart', helm()))).toMatchObject([
    { file: 'chart/templates/a.yaml', message: expect.stringContaining('YAML parse error') },
  ])
})

test('values that are missing, broken or against the schema are named', async () => {
  const files = chart(
    { 'a.yaml': configMap('a') },
    {
      'chart/values.schema.json': '{"type":"object","properties":{"replicas":{"type":"integer"}}}',
      'bad.yaml': 'a: 1\nb: [\n',
    },
  )
  const ask = (rest: Parameters<typeof helm>[0]) => problemsOf(renderer, request(files, 'chart', helm(rest)))
  expect(await ask({ values: { replicas: 'many' } })).toMatchObject([
    { file: 'chart/values.schema.json', message: expect.stringContaining('replicas') },
  ])
  expect(await ask({ valuesFiles: ['none.yaml'] })).toMatchObject([
    { file: 'none.yaml', message: 'there is no such values file' },
  ])
  expect(await ask({ valuesFiles: ['bad.yaml'] })).toMatchObject([
    { file: 'bad.yaml', line: expect.any(Number) },
  ])
})

test('variables are under .Values.evenkeel, whatever the schema allows', async () => {
  const files = chart(
    { 'a.yaml': configMap('a', 'host: {{ .Values.evenkeel.domain }}') },
    { 'chart/values.schema.json': '{"type":"object","additionalProperties":false}' },
  )
  const { manifests } = await mustRender(
    renderer,
    request(files, 'chart', { ...helm(), vars: { domain: 'eu' } }),
  )
  expect(manifests[0]?.value['data']).toEqual({ host: 'eu' })
})

test('subcharts: folders and archives, conditions and values, and one that is missing', async () => {
  const dependency = (name: string) =>
    `- name: ${name}\n  version: 1.0.0\n  repository: ""\n  condition: ${name}.enabled\n`
  const sub = (name: string) => ({
    'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`,
    'templates/a.yaml': `# {{/* first */}}\n${configMap(name, 'size: {{ .Values.size | quote }}')}`,
  })
  const inFolder = Object.fromEntries(
    Object.entries(sub('db')).map(([key, text]) => [`chart/charts/db/${key}`, text]),
  )
  const archive = gzipSync(
    tarOf(Object.entries(sub('cache')).map(([key, text]) => ({ name: `cache/${key}`, text }))),
  )
  const files = chart(
    {},
    {
      'chart/Chart.yaml': `apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n${['db', 'cache', 'mail'].map(dependency).join('')}`,
      'chart/values.yaml': 'db: {size: 3}\ncache: {size: 4}\nmail: {enabled: false}\n',
      ...inFolder,
      'chart/charts/cache-1.0.0.tgz': archive,
    },
  )
  expect(await problemsOf(renderer, request(files, 'chart', helm()))).toMatchObject([
    {
      file: 'chart/Chart.yaml',
      message: expect.stringContaining('mail'),
      hint: expect.stringContaining('dependency build'),
    },
  ])
  const whole = {
    ...files,
    'chart/charts/mail/Chart.yaml': sub('mail')['Chart.yaml'],
    'chart/charts/mail/templates/a.yaml': configMap('mail'),
  }
  const { manifests } = await mustRender(renderer, request(whole, 'chart', helm()))
  expect(manifests.map(({ value, origin }) => [value['data'], origin])).toEqual([
    [{ size: '4' }, { file: 'chart/charts/cache-1.0.0.tgz', line: 1 }],
    [{ size: '3' }, { file: 'chart/charts/db/templates/a.yaml', line: 2 }],
  ])
})

test('what the cluster serves is said, else it is what helm assumes', async () => {
  const files = chart({
    'a.yaml': configMap(
      'a',
      'version: {{ .Capabilities.KubeVersion.Version }}',
      'helm: {{ .Capabilities.HelmVersion.Version }}',
      'apis: {{ join " " .Capabilities.APIVersions }}',
    ),
  })
  const tools = await ensureNativeTools()
  await using folder = await writeFolder(files)
  const { manifests, usesCapabilities } = await mustRender(renderer, request(files, 'chart', helm()))
  expect(usesCapabilities).toBe(true)
  expect(manifests.map(({ value }) => value)).toEqual(
    await nativeObjects(tools.helm, ['template', 'shop', `${folder.path}/chart`]),
  )
  const asked = helm({ kubeVersion: 'v1.33.4-gke.1', apiVersions: ['v1', 'example.dev/v1/Shop'] })
  const special = await mustRender(renderer, request(files, 'chart', asked))
  expect(special.manifests[0]?.value['data']).toMatchObject({
    version: 'v1.33.4-gke.1',
    apis: 'v1 example.dev/v1/Shop',
  })
  const old = {
    ...files,
    'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\nkubeVersion: ">=1.34"\n',
  }
  expect(await problemsOf(renderer, request(old, 'chart', asked))).toMatchObject([
    { message: expect.stringContaining('chart requires kubeVersion') },
  ])
})

test('definitions of the crds folder come first where they are asked for', async () => {
  const crd =
    'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: shops.example.dev}\n'
  const files = chart(
    { 'a.yaml': configMap('a') },
    { 'chart/crds/shop.yaml': `${crd}---\n${crd.replace('shops', 'carts')}` },
  )
  const kinds = async (includeCrds: boolean): Promise<unknown[]> => {
    const { manifests } = await mustRender(renderer, request(files, 'chart', helm({ includeCrds })))
    return manifests.map(({ value, origin }) => [value['kind'], origin.file, origin.line])
  }
  expect(await kinds(false)).toEqual([['ConfigMap', 'chart/templates/a.yaml', 1]])
  expect(await kinds(true)).toEqual([
    ['CustomResourceDefinition', 'chart/crds/shop.yaml', 1],
    ['CustomResourceDefinition', 'chart/crds/shop.yaml', 5],
    ['ConfigMap', 'chart/templates/a.yaml', 1],
  ])
})

test('a library chart, a chart without Chart.yaml and one that is ignored are refused or left out as helm does', async () => {
  const library = chart(
    {},
    { 'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\ntype: library\n' },
  )
  expect(await problemsOf(renderer, request(library, 'chart', helm()))).toMatchObject([
    { message: 'library charts are not installable' },
  ])
  expect(
    await problemsOf(
      renderer,
      request({ 'chart/values.yaml': '' }, 'chart', { ...helm(), renderer: 'helm' }),
    ),
  ).toMatchObject([
    { file: 'chart/Chart.yaml', message: expect.stringContaining('Chart.yaml file is missing') },
  ])
  const ignoring = chart(
    { 'a.yaml': configMap('a'), 'draft/b.yaml': 'not yaml: [', '.hidden.yaml': 'no: [' },
    { 'chart/.helmignore': 'draft/\n' },
  )
  expect((await mustRender(renderer, request(ignoring, 'chart', helm()))).manifests).toHaveLength(1)
})
