import { describe, expect, test } from 'vitest'
import type { Problem } from '../problem.ts'
import {
  type Bundle,
  type Cluster,
  type Environment,
  effectiveHealAfter,
  effectiveMode,
  effectivePrune,
  effectivePruneBound,
  effectiveTimeout,
  type Fleet,
  type Mode,
  parseDuration,
  parseKind,
} from './index.ts'

const source = { file: 'fleet/x.yaml', line: 7 }
const apiVersion = 'evenkeel.dev/v1alpha1'

function problemsOf(value: unknown): readonly Problem[] {
  const parsed = parseKind(value, source)
  if (!Array.isArray(parsed)) throw new Error('parsed')
  return parsed
}

function bundle(spec: Partial<Bundle['spec']> = {}): Bundle {
  return { apiVersion, kind: 'Bundle', metadata: { name: 'web' }, spec: { source: { path: 'a' }, ...spec } }
}

function cluster(mode?: Mode): Cluster {
  const spec = { environment: 'prod', connect: { agent: {} } }
  return {
    apiVersion,
    kind: 'Cluster',
    metadata: { name: 'prod-1' },
    spec: mode === undefined ? spec : { ...spec, mode },
  }
}

const environment = (mode: Mode): Environment => ({
  apiVersion,
  kind: 'Environment',
  metadata: { name: 'prod' },
  spec: { mode },
})
const fleet = (defaults: NonNullable<NonNullable<Fleet['spec']>['defaults']>): Fleet => ({
  apiVersion,
  kind: 'Fleet',
  metadata: { name: 'corp' },
  spec: { defaults },
})

describe('documents of every kind are read as written', () => {
  const documents: readonly Readonly<Record<string, unknown>>[] = [
    {
      kind: 'Fleet',
      metadata: { name: 'corp' },
      spec: {
        defaults: { mode: 'ask', healAfter: '10m', prune: { count: 5, percent: 10 } },
        repositories: [{ name: 'apps', url: 'https://git.corp/apps', credential: 'apps-read' }],
        attribution: [
          {
            manager: 'deploy-*',
            operation: 'Update',
            subresource: '',
            kind: 'pipeline',
            confidence: 'high',
            clusters: ['prod-1'],
          },
        ],
      },
    },
    {
      kind: 'Environment',
      metadata: { name: 'prod' },
      spec: {
        order: 3,
        tier: 'protected',
        colour: '#c9190b',
        mode: 'ask',
        rollout: 'canary-then-regions',
        leases: { max: '24h', onExpiry: 'ask', confirmFirst: true },
        freeze: {
          windows: [
            { from: '2026-12-20T00:00:00Z', until: '2027-01-03T00:00:00+01:00', reason: 'holidays' },
            { days: ['Fri', 'Sat'], start: '16:00', end: '08:00', timezone: 'Europe/Berlin' },
          ],
          mayBreak: ['sre'],
        },
      },
    },
    {
      kind: 'Cluster',
      metadata: { name: 'prod-eu-3' },
      spec: {
        environment: 'prod',
        labels: { region: 'eu', 'topology.corp/zone': 'eu-3', empty: '' },
        connect: { kubeconfig: { secret: 'prod-eu-3', context: 'admin@prod' } },
        display: { code: 'E3', name: 'Frankfurt' },
        mode: 'observe',
        like: 'prod-eu-1',
      },
    },
    {
      kind: 'Bundle',
      metadata: { name: 'checkout' },
      spec: {
        source: { path: 'apps/checkout', repository: 'apps', revision: '^1.2', renderer: 'plain' },
        layers: ['overlays/{environment}', 'overlays/{cluster}'],
        values: ['values.yaml', '?values-{cluster}.yaml'],
        vars: { domain: '{cluster.labels.domain}' },
        placement: { where: "environment in ['stage','prod'] && 'gpu' in labels" },
        dependsOn: ['cert-manager'],
        requires: [{ api: 'monitoring.coreos.com/v1 ServiceMonitor', optional: true }],
        mode: 'ask',
        drift: { ignore: ['Deployment/*: spec.replicas'], additions: 'report', healAfter: 0 },
        prune: 'confirm',
        rollout: {
          stages: [
            { name: 'canary', count: 1, soak: '1h', gates: ['health', { approval: {} }] },
            { name: 'eu', where: "labels['region'] == 'eu'", maxParallel: 10, gates: [{ cel: 'true' }] },
            {
              name: 'rest',
              percent: '100%',
              gates: [{ metric: { prometheus: 'main', query: 'up', max: 0.1 } }],
            },
          ],
          failureBudget: 2,
          onFailure: 'stop',
          unreachable: JSON.parse('{"upTo": "2%", "then": "catch up"}') as unknown,
        },
        createNamespace: true,
        timeout: '5m',
        runAs: 'deployer/checkout',
        random: 'bundle',
      },
    },
  ]
  for (const document of documents) {
    test(String(document['kind']), () => {
      const value = { apiVersion, ...document }
      expect(parseKind(value, source)).toEqual({ kind: document['kind'], value })
    })
  }
})

describe('what is not known is an error with the nearest name as hint', () => {
  test('a field, at any depth and in unions', () => {
    const value = {
      ...bundle(),
      spec: { source: { pth: 'a', path: 'a' }, rollout: { stages: [{ name: 'a', wher: 'x' }] } },
    }
    expect(problemsOf(value).map(({ message, hint }) => [message, hint])).toEqual([
      ['unknown field spec.source.pth', 'did you mean spec.source.path?'],
      ['unknown field spec.rollout.stages[0].wher', 'did you mean spec.rollout.stages[0].where?'],
    ])
  })

  test('a field that belongs elsewhere, and one that is near nothing', () => {
    const value = { ...bundle(), metadata: { name: 'web', healAfter: '1m', xyzzy: 1 } }
    expect(problemsOf(value).map(({ hint }) => hint)).toEqual([
      'this field belongs to spec.drift.healAfter',
      'known here: name',
    ])
  })

  test('a kind, a value, and a kind of the model that this version does not read', () => {
    expect(problemsOf({ apiVersion, kind: 'Bundel' })).toMatchObject([
      { message: 'unknown kind Bundel', hint: 'did you mean Bundle?' },
    ])
    expect(problemsOf({ ...bundle(), spec: { source: { path: 'a' }, mode: 'enforc' } })).toMatchObject([
      { message: 'spec.mode is "enforc", wanted observe, ask, enforce', hint: 'did you mean enforce?' },
    ])
    expect(problemsOf({ apiVersion, kind: 'Policy' })).toMatchObject([
      { message: 'kind Policy is not read by this version' },
    ])
    expect(problemsOf({ ...bundle(), apiVersion: 'evenkeel.dev/v1' })[0]?.message).toBe(
      'apiVersion is "evenkeel.dev/v1", wanted evenkeel.dev/v1alpha1',
    )
  })
})

describe('what is missing or of another type is said in the words of the file', () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['no map', 'text', 'this document is not a map'],
    ['no kind', {}, 'kind is missing'],
    ['a missing field', { ...bundle(), spec: {} }, 'spec.source is missing'],
    [
      'a number for a text',
      { ...bundle(), spec: { source: { path: 3 } } },
      'spec.source.path is a number, wanted text',
    ],
    ['nothing for a map', { ...bundle(), spec: null }, 'spec is empty, wanted a map'],
    [
      'a list for a choice',
      { ...bundle(), spec: { source: { path: 'a' }, rollout: [] } },
      'spec.rollout is a list, wanted text or a map',
    ],
    ['no connection', { ...cluster(), spec: { environment: 'prod' } }, 'spec.connect is missing'],
    [
      'two rules for one stage',
      {
        ...bundle(),
        spec: { source: { path: 'a' }, rollout: { stages: [{ name: 'a', count: 1, percent: '5%' }] } },
      },
      'spec.rollout.stages[0] takes one of where, percent and count',
    ],
    [
      'a negative count',
      { ...fleet({}), spec: { defaults: { prune: { count: -1 } } } },
      'spec.defaults.prune.count is too small: at least 0',
    ],
  ]
  for (const [what, value, message] of cases) {
    test(what, () => expect(problemsOf(value).map((problem) => problem.message)).toEqual([message]))
  }

  test('the place is that of the field, or of the nearest field around it that is written down', () => {
    const positionOf = (path: readonly PropertyKey[]) =>
      path.join('.') === 'spec' ? { line: 9, column: 3 } : undefined
    expect(parseKind({ ...bundle(), spec: {} }, { ...source, positionOf })).toMatchObject([
      { file: 'fleet/x.yaml', line: 9, column: 3 },
    ])
    expect(parseKind({ ...bundle(), metadata: {} }, source)).toMatchObject([{ line: 7, subject: 'Bundle' }])
  })
})

describe('row 43: poison', () => {
  test('names that no cluster, file or label could have', () => {
    for (const name of ['a\0b', '../x', 'A', '-a', 'a'.repeat(64), '', 'a b']) {
      expect(problemsOf({ ...bundle(), metadata: { name } })).toHaveLength(1)
    }
  })

  test('durations that are none, or beyond reason', () => {
    for (const timeout of ['9e9h', '1', '-5m', '8785h', '5 m', 5, '', 'h', '1h-5m', '9'.repeat(400) + 'h']) {
      expect([timeout, problemsOf({ ...bundle(), spec: { source: { path: 'a' }, timeout } })]).toHaveLength(2)
    }
  })

  test('control characters in paths, and keys that name prototype members', () => {
    expect(problemsOf({ ...bundle(), spec: { source: { path: 'a\0b' } } })).toHaveLength(1)
    const value: unknown = JSON.parse(
      `{"apiVersion":"${apiVersion}","kind":"__proto__","metadata":{"name":"x"}}`,
    )
    expect(problemsOf(value)[0]?.message).toBe('unknown kind __proto__')
    const nested: unknown = JSON.parse(
      JSON.stringify(bundle()).replace('"path"', '"__proto__":{"path":"b"},"path"'),
    )
    expect(problemsOf(nested)[0]?.message).toBe('unknown field spec.source.__proto__')
  })
})

test('durations are read as Go reads them', () => {
  const expected: readonly (readonly [string | 0, number | undefined])[] = [
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['250ms', 250],
    ['1500us', 2],
    ['0', 0],
    [0, 0],
    ['0s', 0],
    ['8784h', 366 * 24 * 3_600_000],
    ['8784h1s', undefined],
    ['10', undefined],
    ['m', undefined],
    ['1d', undefined],
    ['+5m', undefined],
  ]
  for (const [text, ms] of expected) expect([text, parseDuration(text)]).toEqual([text, ms])
})

describe('effective settings', () => {
  test('the mode is the bundle’s and the cluster’s word, then the environment’s, then the fleet’s, else observe', () => {
    const some = fleet({ mode: 'ask' })
    expect(effectiveMode(bundle(), cluster(), undefined, undefined)).toBe('observe')
    expect(effectiveMode(bundle(), cluster(), undefined, some)).toBe('ask')
    expect(effectiveMode(bundle(), cluster(), environment('enforce'), some)).toBe('enforce')
    expect(effectiveMode(bundle({ mode: 'ask' }), cluster(), environment('enforce'), some)).toBe('ask')
    expect(effectiveMode(bundle(), cluster('enforce'), environment('observe'), some)).toBe('enforce')
  })

  test('a cluster set to observe is not written to because a bundle enforces, and the other way round', () => {
    expect(
      effectiveMode(bundle({ mode: 'enforce' }), cluster('observe'), environment('enforce'), undefined),
    ).toBe('observe')
    expect(
      effectiveMode(bundle({ mode: 'ask' }), cluster('enforce'), environment('enforce'), undefined),
    ).toBe('ask')
  })

  test('changes by people stand for ten minutes, others are healed at once, unless a time is set', () => {
    expect(effectiveHealAfter('human', bundle(), undefined)).toBe(600_000)
    for (const writer of ['controller', 'gitops', 'pipeline', 'unknown'] as const) {
      expect(effectiveHealAfter(writer, bundle(), undefined)).toBe(0)
    }
    expect(effectiveHealAfter('human', bundle({ drift: { healAfter: 0 } }), fleet({ healAfter: '1h' }))).toBe(
      0,
    )
    expect(effectiveHealAfter('controller', bundle(), fleet({ healAfter: '1h' }))).toBe(3_600_000)
  })

  test('timeout, prune rule and prune bound have defaults', () => {
    expect(effectiveTimeout(bundle())).toBe(300_000)
    expect(effectiveTimeout(bundle({ timeout: '30s' }))).toBe(30_000)
    expect(effectivePrune(bundle())).toBe('auto')
    expect(effectivePrune(bundle({ prune: 'never' }))).toBe('never')
    expect(effectivePruneBound(undefined)).toEqual({ count: 10, percent: 25 })
    expect(effectivePruneBound(fleet({ prune: { count: 0 } }))).toEqual({ count: 0, percent: 25 })
  })
})
