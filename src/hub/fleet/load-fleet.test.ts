import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadFleet } from './index.ts'

const header = (kind: string, name: string): string =>
  `apiVersion: evenkeel.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\n`

const good: Readonly<Record<string, string>> = {
  'fleet/evenkeel.yaml': `${header('Fleet', 'corp')}spec:\n  repositories: [{name: apps, url: "https://git.corp/apps"}]\n`,
  'fleet/environments/prod.yaml': `${header('Environment', 'prod')}spec: {order: 2, tier: protected}\n`,
  'fleet/clusters/prod-1.yaml': `${header('Cluster', 'prod-1')}spec:\n  environment: prod\n  connect: {kubeconfig: {secret: prod-1}}\n`,
  'fleet/bundles/base.yaml': `${header('Bundle', 'base')}spec:\n  source: {path: apps/base}\n  placement: {where: "true"}\n`,
  'fleet/bundles/web.yaml': `${header('Bundle', 'web')}spec:\n  source: {path: apps/web}\n  placement: {where: "environment == 'prod'"}\n  dependsOn: [base]\n`,
  'apps/web/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
}

function load(changes: Readonly<Record<string, string | undefined>> = {}) {
  const files = Object.entries({ ...good, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return loadFleet(new Map(files))
}

test('a fleet is found by its evenkeel.yaml and read into a model, with the place of each document', () => {
  const { model, problems, unreadable } = load()
  expect(problems).toEqual([])
  expect(unreadable).toEqual([])
  expect(model.folder).toBe('fleet')
  expect(model.fleet?.value.metadata.name).toBe('corp')
  expect([...model.environments.keys()]).toEqual(['prod'])
  expect([...model.clusters.keys()]).toEqual(['prod-1'])
  expect(model.bundles.get('web')).toMatchObject({ file: 'fleet/bundles/web.yaml', line: 1 })
  expect([...model.bundles.keys()]).toEqual(['base', 'web'])
})

test('several documents in one file, and a fleet in the root of the repository, are read', () => {
  const { model, problems } = loadFleet(
    new Map([
      ['evenkeel.yaml', `${header('Fleet', 'corp')}---\n${good['fleet/environments/prod.yaml']}`],
      ['everything.yaml', `# evenkeel.dev/\n---\n${good['fleet/clusters/prod-1.yaml']}`],
      ['apps/broken.yaml', 'a: [1\n'],
    ]),
  )
  expect(problems).toEqual([])
  expect(model.folder).toBe('')
  expect(model.clusters.get('prod-1')).toMatchObject({ file: 'everything.yaml', line: 3 })
})

describe('one bad file hides nothing in the others', () => {
  test('malformed YAML is named with file and line, and what it declares is unreadable, not absent', () => {
    const { model, problems, unreadable } = load({
      'fleet/bundles/web.yaml': `${header('Bundle', 'web')}spec:\n  source: [\n`,
    })
    expect(problems).toMatchObject([{ file: 'fleet/bundles/web.yaml', severity: 'error' }])
    expect(unreadable).toEqual([{ file: 'fleet/bundles/web.yaml', kind: 'Bundle', name: 'web' }])
    expect([...model.bundles.keys()]).toEqual(['base'])
    expect(model.clusters.size).toBe(1)
  })

  test('an unknown field is named with its line and the nearest known one', () => {
    const { problems, unreadable } = load({
      'fleet/bundles/web.yaml': `${header('Bundle', 'web')}spec:\n  source: {path: apps/web}\n  placment: {where: "true"}\n`,
    })
    expect(problems).toMatchObject([
      {
        file: 'fleet/bundles/web.yaml',
        line: 6,
        column: 3,
        message: 'unknown field spec.placment',
        hint: 'did you mean spec.placement?',
      },
    ])
    expect(unreadable).toEqual([{ file: 'fleet/bundles/web.yaml', kind: 'Bundle', name: 'web' }])
  })

  test('an unknown kind is named with the nearest known one', () => {
    const { problems } = load({ 'fleet/clusters/prod-1.yaml': header('Clutser', 'prod-1') })
    expect(problems).toMatchObject([
      { line: 2, message: 'unknown kind Clutser', hint: 'did you mean Cluster?' },
    ])
  })

  test('a file without our API group in a folder of the fleet is an error, elsewhere it is none of the fleet', () => {
    const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n'
    expect(load({ 'fleet/bundles/x.yaml': deployment }).problems).toHaveLength(1)
    expect(load({ 'fleet/notes/x.yaml': deployment, 'apps/x.yaml': 'a: [1' }).problems).toEqual([])
  })

  test('row 43: an interval beyond reason makes only its bundle unreadable', () => {
    const { model, unreadable } = load({
      'fleet/bundles/web.yaml': `${header('Bundle', 'web')}spec: {source: {path: apps/web}, timeout: 9e9h}\n`,
    })
    expect(unreadable).toMatchObject([{ name: 'web' }])
    expect([...model.bundles.keys()]).toEqual(['base'])
  })
})

describe('references', () => {
  const errorsOf = (changes: Readonly<Record<string, string>>) => {
    const { problems, unreadable, model } = load(changes)
    return { messages: problems.map(({ message, hint }) => [message, hint]), unreadable, model }
  }

  test('to an environment that is not there keep the cluster from being used, with the nearest name', () => {
    const changes = {
      'fleet/clusters/prod-1.yaml': `${header('Cluster', 'prod-1')}spec: {environment: prd, connect: {agent: {}}}\n`,
    }
    const { messages, unreadable, model } = errorsOf(changes)
    expect(messages).toEqual([['there is no environment prd', 'did you mean prod?']])
    expect(unreadable).toEqual([{ file: 'fleet/clusters/prod-1.yaml', kind: 'Cluster', name: 'prod-1' }])
    expect(model.clusters.size).toBe(0)
  })

  test('to bundles and repositories that are not there keep the bundle from being used', () => {
    const { messages, unreadable } = errorsOf({
      'fleet/bundles/web.yaml': `${header('Bundle', 'web')}spec:\n  source: {path: apps/web, repository: app}\n  placement: {where: "true"}\n  dependsOn: [bsae]\n`,
    })
    expect(messages).toEqual([
      ['evenkeel.yaml lists no repository app', 'did you mean apps?'],
      ['dependsOn: there is no bundle bsae', 'did you mean base?'],
    ])
    expect(unreadable).toHaveLength(1)
  })

  test('in a circle keep every bundle of it from being used', () => {
    const { messages, model } = errorsOf({
      'fleet/bundles/base.yaml': `${header('Bundle', 'base')}spec:\n  source: {path: a}\n  placement: {where: "true"}\n  dependsOn: [web]\n`,
    })
    expect(messages).toEqual([
      ['dependsOn leads back to base', 'break the circle'],
      ['dependsOn leads back to web', 'break the circle'],
    ])
    expect(model.bundles.size).toBe(0)
  })

  test('a name that is declared twice is refused in both places', () => {
    const { messages, unreadable, model } = errorsOf({
      'fleet/bundles/copy.yaml': good['fleet/bundles/web.yaml'] ?? '',
    })
    expect(messages[0]).toEqual([
      'declared 2 times: fleet/bundles/copy.yaml:1, fleet/bundles/web.yaml:1',
      'keep one of them',
    ])
    expect(unreadable.map((one) => one.file)).toEqual(['fleet/bundles/copy.yaml', 'fleet/bundles/web.yaml'])
    expect([...model.bundles.keys()]).toEqual(['base'])
  })

  test('a placement that does not compile, and a path that climbs, keep the bundle from being used', () => {
    const { messages } = errorsOf({
      'fleet/bundles/web.yaml': `${header('Bundle', 'web')}spec:\n  source: {path: ../../etc}\n  placement: {where: "label.x == 'y'"}\n`,
    })
    expect(messages).toEqual([
      ['source.path leads outside the repository', 'write a path relative to its root'],
      [expect.stringContaining('Unknown variable: label'), 'did you mean labels?'],
    ])
  })

  test('a bundle without placement is read, with a warning', () => {
    const { problems, model } = load({
      'fleet/bundles/web.yaml': `${header('Bundle', 'web')}spec: {source: {path: apps/web}}\n`,
    })
    expect(problems).toMatchObject([
      { severity: 'warning', message: 'it has no placement and goes to no cluster' },
    ])
    expect(model.bundles.has('web')).toBe(true)
  })

  test('row 47: a password in a repository URL is refused and shown nowhere', () => {
    const { problems } = load({
      'fleet/evenkeel.yaml': `${header('Fleet', 'corp')}spec: {repositories: [{name: a, url: "https://u:pw-canary@git.corp/a"}, {name: b, url: "ext::sh"}]}\n`,
    })
    expect(problems.map((problem) => problem.message)).toEqual([
      'repository a: its URL holds a password',
      'repository b: repository URL refused: remote helpers are not allowed',
    ])
    expect(JSON.stringify(problems)).not.toContain('pw-canary')
  })
})

test('a file that was emptied is unreadable, because nobody said that its bundle is to go', () => {
  const { unreadable, problems } = load({ 'fleet/bundles/web.yaml': '# kind: Bundle\n' })
  expect(unreadable).toEqual([{ file: 'fleet/bundles/web.yaml' }])
  expect(problems).toMatchObject([{ message: 'this file declares nothing' }])
})

test('no evenkeel.yaml, two of them, and a broken one are said', () => {
  expect(load({ 'fleet/evenkeel.yaml': undefined }).problems).toMatchObject([
    { message: 'there is no evenkeel.yaml in this repository' },
  ])
  expect(load({ 'other/evenkeel.yaml': header('Fleet', 'x') }).problems).toMatchObject([
    { message: 'there is more than one evenkeel.yaml: fleet/evenkeel.yaml, other/evenkeel.yaml' },
  ])
  const broken = load({ 'fleet/evenkeel.yaml': 'a: [' })
  expect(broken.unreadable).toEqual([{ file: 'fleet/evenkeel.yaml' }])
  expect(broken.model.clusters.size).toBe(1)
})

test('whatever the files hold, loading never throws, and every bundle is in the model or unreadable', () => {
  const cut = fc.record({
    at: fc.nat(400),
    insert: fc.constantFrom('', '\n', '[', '}', ': ', '\0', '&a ', '*a', '- ', '"'),
  })
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(good)), cut, (path, { at, insert }) => {
      const text = good[path] ?? ''
      const result = load({ [path]: text.slice(0, at % (text.length + 1)) + insert })
      for (const problem of result.problems) expect(problem.line).toBeGreaterThan(0)
      if (path !== 'fleet/bundles/web.yaml') return
      expect(result.model.bundles.has('web') || result.unreadable.some((one) => one.file === path)).toBe(true)
    }),
    { numRuns: 500 },
  )
})
