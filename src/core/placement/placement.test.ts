import { expect, test } from 'vitest'
import type { Bundle } from '../kinds/index.ts'
import { type ClusterView, compilePlacement, placementDecision } from './index.ts'

const place = { file: 'fleet/bundles/web.yaml', line: 3, subject: 'Bundle web' }

function bundle(where?: string): Bundle {
  return {
    apiVersion: 'evenkeel.dev/v1alpha1',
    kind: 'Bundle',
    metadata: { name: 'web' },
    spec: { source: { path: 'apps/web' }, ...(where === undefined ? {} : { placement: { where } }) },
  }
}

function cluster(name: string, more: Partial<ClusterView> = {}): ClusterView {
  return { name, environment: name.split('-')[0] ?? '', labels: {}, facts: undefined, ...more }
}

const fleet = [cluster('dev-1'), cluster('stage-1', { labels: { gpu: 'a100' } }), cluster('prod-1')]

function compile(where: string) {
  const compiled = compilePlacement(where, place)
  if (!('answer' in compiled)) throw new Error(compiled.message)
  return compiled
}

function problemOf(where: string) {
  const compiled = compilePlacement(where, place)
  if ('answer' in compiled) throw new Error(`${where} was accepted`)
  return compiled
}

test('the expression of the design chooses by environment and label', () => {
  const decision = placementDecision(bundle("environment in ['stage','prod'] && 'gpu' in labels"), fleet)
  expect(decision).toEqual({ chosen: ['stage-1'], excluded: ['dev-1', 'prod-1'], unknown: [] })
})

test('a bundle without placement goes nowhere, and where: "true" goes everywhere', () => {
  expect(placementDecision(bundle(), fleet).chosen).toEqual([])
  expect(placementDecision(bundle('true'), fleet).chosen).toEqual(['dev-1', 'stage-1', 'prod-1'])
})

test('incident 3: facts that are not known yet make a cluster unknown, never excluded', () => {
  for (const where of [
    "facts.platform == 'openshift'",
    "!('gpu' in facts)",
    'has(facts.gpu)',
    'size(facts) == 0',
  ]) {
    expect(placementDecision(bundle(where), [cluster('prod-1')])).toEqual({
      chosen: [],
      excluded: [],
      unknown: [{ cluster: 'prod-1', reason: 'no facts are known about this cluster yet' }],
    })
  }
})

test('incident 3: an evaluation error on one cluster leaves the others decided', () => {
  const some = [cluster('a-1', { facts: { nodes: 3 } }), cluster('b-1', { facts: {} })]
  const decision = placementDecision(bundle('facts.nodes > 2'), some)
  expect(decision.chosen).toEqual(['a-1'])
  expect(decision.excluded).toEqual([])
  expect(decision.unknown).toEqual([{ cluster: 'b-1', reason: 'No such key: nodes' }])
})

test('incident 3: an expression that does not compile makes every cluster unknown', () => {
  const decision = placementDecision(bundle('environment =='), fleet)
  expect(decision.unknown.map((one) => one.cluster)).toEqual(['dev-1', 'stage-1', 'prod-1'])
  expect([...decision.chosen, ...decision.excluded]).toEqual([])
})

test('what is decided without the unknown fact is decided', () => {
  const where = "environment == 'prod' || facts.platform == 'openshift'"
  expect(placementDecision(bundle(where), [cluster('prod-1')]).chosen).toEqual(['prod-1'])
})

test('facts are typed: whole numbers are ints, texts and truth values stay, lists and maps nest', () => {
  const facts = {
    nodes: 12,
    ratio: 0.5,
    ready: true,
    version: '1.36',
    zones: ['a', 'b'],
    capacity: { cpu: 64 },
  }
  const view = cluster('prod-1', { facts })
  for (const where of [
    'facts.nodes == 12 && facts.nodes % 5 == 2',
    'facts.ratio < 1.0',
    'facts.ready',
    "facts.version.startsWith('1.')",
    "'a' in facts.zones && facts.zones.all(z, z != 'c')",
    'facts.capacity.cpu >= 64',
  ]) {
    expect([where, compile(where).answer(view).kind]).toEqual([where, 'chosen'])
  }
})

test('an unknown variable is refused when loaded, with the nearest name', () => {
  expect(problemOf("label['a'] == 'b'")).toMatchObject({
    ...place,
    severity: 'error',
    hint: 'did you mean labels?',
  })
  expect(problemOf("cluster == 'b'").hint).toBe('known here: name, environment, labels, facts')
})

test('a type error, a syntax error and an expression that is no condition are refused when loaded', () => {
  expect(problemOf('name == 3').message).toContain('no such overload')
  expect(problemOf('name ==').message).toContain('placement "name =="')
  expect(problemOf('name')).toMatchObject({ hint: 'compare with == or in' })
})

test('row 9: keys that name prototype members are ordinary keys', () => {
  const view = cluster('prod-1', {
    facts: JSON.parse('{"__proto__": {"polluted": true}, "constructor": "x"}'),
  })
  expect(compile("facts.constructor == 'x'").answer(view).kind).toBe('chosen')
  expect(compile("'toString' in facts").answer(view).kind).toBe('excluded')
  expect(compile("'toString' in labels").answer(view).kind).toBe('excluded')
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
})

test('row 10: a pattern that makes backtracking explode ends as fast as any other', () => {
  const nasty = compile("name.matches('^(a+)+$') || labels['x'].matches('^(a|a?)+$')")
  const plain = compile("name.matches('^b+$') || labels['x'].matches('^b+$')")
  const view = cluster('prod-1', { name: `${'a'.repeat(5000)}!`, labels: { x: `${'a'.repeat(4000)}!` } })
  const timeOf = (run: () => void): number => {
    const start = performance.now()
    run()
    return performance.now() - start
  }
  timeOf(() => plain.answer(view))
  const base = timeOf(() => expect(plain.answer(view).kind).toBe('excluded'))
  const worst = timeOf(() => expect(nasty.answer(view).kind).toBe('excluded'))
  // A backtracking engine would need 2^5000 steps; linear engines differ by a factor.
  expect(worst).toBeLessThan(1000 * base + 1000)
})

test('matches finds anywhere in the text, also inside comprehensions and on facts', () => {
  const view = cluster('prod-eu-3', { facts: { zones: ['eu-a', 'us-b'], version: 'v1.36.3' } })
  expect(compile("name.matches('eu')").answer(view).kind).toBe('chosen')
  expect(compile("facts.zones.exists(z, z.matches('^us-'))").answer(view).kind).toBe('chosen')
  expect(compile("facts.zones.map(z, z.matches('^us-')) == [false, true]").answer(view).kind).toBe('chosen')
  expect(compile("facts.version.matches('^v1[.]3[0-9]')").answer(view).kind).toBe('chosen')
})

test('row 10: a pattern that is no regular expression is refused when loaded', () => {
  expect(problemOf("name.matches('(')").message).toContain('matches')
  expect(problemOf("name.matches('(a{1000}){1000}')").message).toContain('matches')
})

test('row 10: nested lists and growing texts are refused when loaded', () => {
  const list = `[${Array.from({ length: 300 }, (_, index) => index).join(',')}]`
  expect(problemOf(`${list}.all(a, ${list}.all(b, ${list}.all(c, a + b + c >= 0)))`).message).toContain(
    'too long',
  )
  const doubled = Array.from({ length: 40 }).reduce<string>((inner) => `[${inner}].map(x, x + x)[0]`, "'a'")
  expect(problemOf(`size(${doubled}) > 0`).message).toMatch(/too long|depth/)
  expect(problemOf('cel.bind(a, 1, a == 1)').message).toContain('cel.bind')
  expect(problemOf('facts.a.all(x, facts.b.all(y, facts.c.all(z, x == y)))').message).toContain('too long')
  expect(problemOf('('.repeat(5000)).severity).toBe('error')
})

test('row 10: facts beyond the bound are unknown, not evaluated', () => {
  const view = cluster('prod-1', { facts: { zones: Array.from({ length: 2001 }, () => 'z') } })
  expect(compile("facts.zones.exists(z, z == 'a')").answer(view)).toEqual({
    kind: 'unknown',
    reason: 'the labels and facts of this cluster are too large',
  })
})
