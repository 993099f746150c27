import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ensureNativeTools } from '../../tools/render/native.ts'
import { readYaml } from '../../src/render/yaml/index.ts'
import { corpusFolder } from '../render/corpus.ts'
import { nativeObjects } from '../render/native.ts'
import { CliHome } from './run-cli.ts'

let home: CliHome
let folder: string

beforeAll(async () => {
  home = await CliHome.create()
})
afterAll(() => home.remove())

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-source-'))
  await mkdir(join(folder, '.git'))
  return () => rm(folder, { recursive: true, force: true })
})

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
}

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`
const web = {
  'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'web/values.yaml': 'host: none\n',
  'web/templates/a.yaml': `${configMap('{{ .Release.Name }}')}data:\n  host: {{ .Values.host | quote }}\n  yes: {{ .Values.answer | quote }}\n`,
}

test('render gives the objects of the native tools, as YAML and as JSON', async () => {
  const tools = await ensureNativeTools()
  const overlay = join(corpusFolder, 'podinfo', 'deploy', 'overlays', 'production')
  const kustomize = await home.run(['render', overlay])
  expect(kustomize.code, kustomize.stderr).toBe(0)
  const { documents, problems } = readYaml(kustomize.stdout, 'stdout')
  expect(problems).toEqual([])
  expect(documents.map(({ value }) => value)).toEqual(
    await nativeObjects(tools.kustomize, ['build', overlay]),
  )
  expect(kustomize.stdout).toMatch(/^---\n# Source: \S+\/deploy\/overlays\/production\/namespace.yaml:1\n/)

  const chart = join(corpusFolder, 'helm-examples', 'charts', 'hello-world')
  const options = ['--set', 'replicaCount=3', '--set-string', 'image.tag=1e3', '-n', 'prod']
  const helm = await home.run(['render', chart, '--release-name', 'shop', ...options, '-o', 'json'])
  expect(helm.code, helm.stderr).toBe(0)
  const native = await nativeObjects(tools.helm, ['template', 'shop', chart, ...options, '--skip-tests'])
  const list = JSON.parse(helm.stdout)
  expect([list.kind, list.items]).toEqual(['List', native])
})

test('values files win in their order, from wherever they lie', async () => {
  await write({ ...web, 'prod.yaml': 'host: prod\nanswer: "on"\n' })
  await writeFile(join(home.folder, 'mine.yaml'), 'host: mine\n')
  const args = ['render', join(folder, 'web'), '-f', join(folder, 'prod.yaml'), '-f', 'mine.yaml']
  const { stdout, stderr, code } = await home.run(args)
  expect(code, stderr).toBe(0)
  const { documents } = readYaml(stdout, 'stdout')
  expect(documents[0]?.value).toMatchObject({
    metadata: { name: 'release' },
    data: { host: 'mine', true: 'on' },
  })
})

test('what is wrong goes to standard error with file and line, and nothing to standard output', async () => {
  await write({ ...web, 'web/templates/b.yaml': `${configMap('b')}data: {x: {{ .Values.a.b }}}\n` })
  const broken = await home.run(['render', join(folder, 'web')])
  expect([broken.code, broken.stdout]).toEqual([2, ''])
  expect(broken.stderr).toContain('error: web/templates/b.yaml:4: source: ')
  const remote = { 'remote/kustomization.yaml': 'resources:\n- https://git.example.com/a/b?ref=v1\n' }
  await write({ ...remote, 'up/kustomization.yaml': 'resources: [../../../etc]\n' })
  expect((await home.run(['render', join(folder, 'remote')])).stderr).toContain(
    'kustomization.yaml:2: source: https://',
  )
  expect((await home.run(['render', join(folder, 'up')])).stderr).toContain('leads outside the repository')
  expect(await home.run(['render', join(folder, 'nothing')])).toMatchObject({ code: 2, stdout: '' })
  const usage = await home.run(['render', join(folder, 'remote'), '--set', 'a=b'])
  expect(usage).toMatchObject({ code: 2, stderr: expect.stringContaining('are for charts') })
})

test('rows 3 and 4: links below a source, and on the way to a base, are refused', async () => {
  await write({ ...web, 'over/kustomization.yaml': 'resources: [../base]\n', 'real/kustomization.yaml': '' })
  await symlink('/proc/self/environ', join(folder, 'web', 'link.yaml'))
  await symlink('real', join(folder, 'base'))
  for (const [path, link] of [
    ['web', 'web/link.yaml'],
    ['over', 'base'],
  ] as const) {
    const { code, stdout, stderr } = await home.run(['render', join(folder, path)])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(`${link} is a symbolic link`)
  }
  await rm(join(folder, 'web', 'link.yaml'))
  await symlink('/etc/passwd', join(folder, 'v.yaml'))
  const values = await home.run(['render', join(folder, 'web'), '-f', join(folder, 'v.yaml')])
  expect(values).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('is a symbolic link') })
})
