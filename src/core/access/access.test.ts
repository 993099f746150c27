import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Access, parseKind } from '../kinds/index.ts'
import type { ClusterView } from '../placement/index.ts'
import { allows, type Grant, grantsOf, hears, narrowed, privileges, readable, type Target } from './index.ts'

const source = { file: 'access/a.yaml', line: 1 }

function access(spec: object): Access {
  const parsed = parseKind(
    { apiVersion: 'evenkeel.dev/v1alpha1', kind: 'Access', metadata: { name: 'a' }, spec },
    source,
  )
  if (Array.isArray(parsed)) throw new Error(JSON.stringify(parsed))
  if (parsed.kind !== 'Access') throw new Error(parsed.kind)
  return parsed.value
}

function cluster(name: string, environment: string, labels: Record<string, string> = {}): ClusterView {
  return { name, environment, labels, facts: undefined }
}

const clusters = [cluster('p1', 'prod', { region: 'eu' }), cluster('p2', 'prod'), cluster('d1', 'dev')]
const everybody = [{ group: 'team' }]

describe('a kind Access', () => {
  test('gives its roles to the users and groups that it names, compared whole and as they are', () => {
    const rule = access({ subjects: [{ user: 'alice@corp' }, { group: 'team' }], roles: ['viewer'] })
    const given = (name: string, groups: string[] = []) => grantsOf([rule], { name, groups }, clusters).length
    expect([given('alice@corp'), given('bob', ['x', 'team'])]).toEqual([1, 1])
    for (const name of ['', 'alice', 'alice@corp2', 'ALICE@corp', ' alice@corp', 'team'])
      expect(given(name)).toBe(0)
    expect(given('bob', ['', 'teams', 'Team', 'alice@corp'])).toBe(0)
  })

  test('reaches the clusters of its environments for which its expression is known to hold', () => {
    const reached = (spec: object) =>
      grantsOf(
        [access({ subjects: everybody, roles: ['viewer'], ...spec })],
        { name: 'x', groups: ['team'] },
        clusters,
      ).flatMap((grant) => [...(grant.clusters ?? ['all'])])
    expect(reached({})).toEqual(['all'])
    expect(reached({ environments: ['prod'] })).toEqual(['p1', 'p2'])
    expect(reached({ where: "labels['region'] == 'eu'" })).toEqual(['p1'])
    expect(reached({ where: "name.startsWith('p')", environments: ['dev'] })).toEqual([])
    // Facts of which nothing is known give nobody anything.
    expect(reached({ where: "!('gpu' in facts)" })).toEqual([])
  })

  test('row 25: names that Kubernetes keeps for itself, control characters and empty names are refused', () => {
    for (const subject of [
      { user: 'system:admin' },
      { group: 'system:masters' },
      { user: '' },
      { group: 'a\r\nb' },
      { user: 'a', group: 'b' },
      {},
    ]) {
      expect(() => access({ subjects: [subject], roles: ['viewer'] }), JSON.stringify(subject)).toThrow()
    }
    for (const spec of [
      { subjects: [], roles: ['viewer'] },
      { subjects: everybody, roles: [] },
    ]) {
      expect(() => access(spec)).toThrow()
    }
    expect(() => access({ subjects: everybody, roles: ['owner'] })).toThrow('viewer')
  })
})

const name = fc.constantFrom('a', 'b', 'c')
const names = fc.option(
  fc.uniqueArray(name).map((list) => new Set(list)),
  { nil: undefined },
)
const limited = fc.record({ clusters: names, bundles: names, namespaces: names })
const grant: fc.Arbitrary<Grant> = fc
  .tuple(fc.uniqueArray(fc.constantFrom(...privileges)), limited)
  .map(([held, limit]) => ({ privileges: new Set(held), ...defined(limit) }))
const target: fc.Arbitrary<Target> = fc
  .record({
    cluster: fc.option(name, { nil: undefined }),
    bundle: fc.option(name, { nil: undefined }),
    namespace: fc.option(fc.constantFrom('', 'a', 'b', 'c'), { nil: undefined }),
  })
  .map(defined)
const privilege = fc.constantFrom(...privileges)

function defined<Shape extends object>(shape: Shape): { [Key in keyof Shape]-?: NonNullable<Shape[Key]> } {
  const entries = Object.entries(shape).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Key in keyof Shape]-?: NonNullable<Shape[Key]> }
}

const universe = ['a', 'b', 'c', 'elsewhere']

/** The same decision by trying every single thing: a part is enough to look at it, all of it is needed to change it. */
function naive(grants: readonly Grant[], wanted: (typeof privileges)[number], about: Target): boolean {
  const ones = (given: string | undefined): readonly string[] => (given === undefined ? universe : [given])
  return grants.some((one) => {
    if (!one.privileges.has(wanted)) return false
    const within = (limit: ReadonlySet<string> | undefined, given: string | undefined): boolean => {
      const inside = (item: string) => limit === undefined || limit.has(item)
      if (given !== undefined) return inside(given)
      // An empty limit is the part of a whole that holds nothing; what stands in it is looked at one by one.
      return wanted === 'read' ? true : ones(given).every(inside)
    }
    return (
      within(one.clusters, about.cluster) &&
      within(one.bundles, about.bundle) &&
      within(one.namespaces, about.namespace)
    )
  })
}

describe('the decision', () => {
  test('is what trying every single thing gives', () => {
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 4 }), privilege, target, (grants, wanted, about) => {
        expect(allows(grants, wanted, about)).toBe(naive(grants, wanted, about))
      }),
      { numRuns: 2000 },
    )
  })

  test('I13: taking a grant away, or narrowing it, never allows anything', () => {
    fc.assert(
      fc.property(
        fc.array(grant, { minLength: 1, maxLength: 4 }),
        grant,
        privilege,
        target,
        (grants, bound, wanted, about) => {
          const before = allows(grants, wanted, about)
          if (allows(grants.slice(1), wanted, about)) expect(before).toBe(true)
          const less = narrowed(grants, bound)
          if (allows(less, wanted, about))
            expect([before, allows([bound], wanted, about)]).toEqual([true, true])
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('no grant allows nothing, and a grant without limits everything that it holds', () => {
    const whole: Grant = { privileges: new Set(['read', 'operate']) }
    for (const about of [{}, { cluster: 'a' }, { cluster: 'a', bundle: 'b', namespace: '' }]) {
      expect([allows([], 'read', about), allows([whole], 'operate', about)]).toEqual([false, true])
      expect(allows([whole], 'admin', about)).toBe(false)
    }
    expect(readable([whole])).toBeUndefined()
    expect(readable([{ privileges: new Set(['operate']) }])).toEqual([])
  })
})

describe('an event', () => {
  const limits: Grant[] = [
    { privileges: new Set(['read']), clusters: new Set(['a']), namespaces: new Set(['n']) },
  ]

  test('about the hub is heard by those who may look at everything', () => {
    expect(hears(limits, {})).toBe(false)
    expect(hears([{ privileges: new Set(['read']), bundles: new Set(['b']) }], {})).toBe(false)
    expect(hears([{ privileges: new Set(['read']) }], {})).toBe(true)
    expect(hears([], { cluster: 'a' })).toBe(false)
  })

  test('about a cluster, bundle or object is heard by those who may look at it', () => {
    expect(hears(limits, { cluster: 'a' })).toBe(true)
    expect(hears(limits, { cluster: 'b' })).toBe(false)
    expect(hears(limits, { bundle: 'x' })).toBe(false)
    expect(hears(limits, { cluster: 'a', bundle: 'x', namespace: 'n' })).toBe(true)
    expect(hears(limits, { cluster: 'a', namespace: 'm' })).toBe(false)
    expect(hears(limits, { cluster: 'a', namespace: '' })).toBe(false)
  })

  test('about several things is heard by those who may look at one of them, and by nobody else', () => {
    const about = [{ cluster: 'b' }, { cluster: 'a', bundle: 'x', namespace: 'n' }]
    expect(hears(limits, { about })).toBe(true)
    expect(hears(limits, { about: about.slice(0, 1) })).toBe(false)
    expect(hears(limits, { about: [{ cluster: 'a', bundle: 'x', namespace: 'm' }], cluster: 'a' })).toBe(
      false,
    )
    expect(hears([{ privileges: new Set(['read']), bundles: new Set(['x']) }], { about })).toBe(true)
    expect(hears([{ privileges: new Set(['read']), bundles: new Set(['y']) }], { about })).toBe(true)
    expect(hears([{ privileges: new Set(['operate']) }], { about })).toBe(false)
    expect(hears([], { about })).toBe(false)
  })
})
