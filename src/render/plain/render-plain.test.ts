import { expect, test } from 'vitest'
import { renderPlain } from './index.ts'

function render(files: Readonly<Record<string, string>>) {
  return renderPlain(new Map(Object.entries(files)))
}

function problemsOf(files: Readonly<Record<string, string>>) {
  const result = render(files)
  if ('manifests' in result) throw new Error(`rendered ${result.manifests.length} manifests`)
  return result.problems
}

const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`

test('every document of every YAML and JSON file is read, in the order of paths, with its place', () => {
  const result = render({
    'apps/web/z.yml': configMap('z'),
    'apps/web/README.md': '# not read: {{',
    'apps/web/a.yaml': `# first\n${configMap('a')}---\n${configMap('b')}`,
    'apps/web/sub/c.json': '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}',
  })
  if (!('manifests' in result)) throw new Error('not rendered')
  expect(result.manifests.map(({ value, origin }) => [value['metadata'], origin.file, origin.line])).toEqual([
    [{ name: 'a' }, 'apps/web/a.yaml', 2],
    [{ name: 'b' }, 'apps/web/a.yaml', 6],
    [{ name: 'c' }, 'apps/web/sub/c.json', 1],
    [{ name: 'z' }, 'apps/web/z.yml', 1],
  ])
})

test('incident 4: one broken file leaves the source without a rendering, and all problems are named', () => {
  const problems = problemsOf({
    'a.yaml': configMap('a'),
    'b.yaml': 'a: [1\n',
    'c.yaml': `${configMap('c')}---\nname: values\n`,
  })
  expect(problems).toMatchObject([
    { file: 'b.yaml', severity: 'error' },
    { file: 'c.yaml', line: 5, message: 'apiVersion is missing: this is no Kubernetes object' },
  ])
})

test('a source of Kustomize or Helm is refused, wherever below the path it is', () => {
  expect(
    problemsOf({ 'app/kustomization.yaml': 'resources: [a.yaml]', 'app/a.yaml': configMap('a') }),
  ).toMatchObject([
    { file: 'app/kustomization.yaml', message: expect.stringContaining('source of the kustomize renderer') },
  ])
  expect(problemsOf({ 'app/Kustomization': '' })).toHaveLength(1)
  expect(problemsOf({ 'app/chart/Chart.yaml': 'name: x', 'app/a.yaml': configMap('a') })).toMatchObject([
    { message: expect.stringContaining('source of the helm renderer') },
  ])
})

test('encrypted files, fleet kinds, lists and texts are refused', () => {
  expect(problemsOf({ 's.yaml': `${configMap('s')}sops: {mac: "ENC[x]"}\n` })[0]?.message).toContain('SOPS')
  expect(problemsOf({ 'f.yaml': 'apiVersion: evenkeel.dev/v1alpha1\nkind: Bundle\n' })[0]?.message).toContain(
    'fleet',
  )
  expect(problemsOf({ 'l.yaml': '- a\n' })[0]?.message).toBe('this is no Kubernetes object')
  expect(problemsOf({ 't.yaml': 'just text\n' })[0]?.message).toBe('this is no Kubernetes object')
})

test('incident 1: a source without objects is an empty rendering, which the caller can tell from a failed one', () => {
  expect(render({})).toEqual({ manifests: [] })
  expect(render({ 'a.yaml': '# nothing yet\n---\n' })).toEqual({ manifests: [] })
})

test('more objects than the limit are refused', () => {
  const many = Array.from({ length: 10_001 }, (_, index) => configMap(`c${index}`)).join('---\n')
  expect(problemsOf({ 'many.yaml': many })[0]?.message).toBe('10001 objects, at most 10000 are rendered')
})
