import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  bindingOf,
  completeKinds,
  quotaOf,
  recordedNews,
  roleOf,
} from '../../../../test/hub/recorded-rows.ts'
import { readAccessQuestion } from '../../../core/rbac/index.ts'
import { FakeClock, systemClock } from '../../../runtime/index.ts'
import { openStore, type Store } from '../../store/index.ts'
import { testKeys } from '../../store/store.conformance.ts'
import { AccessBook } from './access-book.ts'
import { GrantRows } from './grant-rows.ts'
import { MatrixRows } from './matrix-rows.ts'

const at = '2026-07-20T12:00:00.000Z'
const environments = new Map([
  ['p1', 'prod'],
  ['p2', 'prod'],
  ['d1', 'dev'],
])
const team = [{ kind: 'Group', name: 'team' }]

let folder: string
let store: Store
let book: AccessBook
const clock = new FakeClock(0)

function asked(verb: string, resource: string, namespace?: string) {
  const question = readAccessQuestion({ verb, resource, namespace })
  if (typeof question === 'string') throw new Error(question)
  return question
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-book-'))
  store = await openStore({
    location: { kind: 'embedded', folder },
    clock: systemClock,
    keys: () => Promise.resolve(testKeys),
  })
  book = new AccessBook(store, clock)
  for (const cluster of environments.keys()) {
    // The role of that name is another one in dev: there it may delete.
    const verbs = cluster === 'd1' ? ['get', 'delete'] : ['get']
    await store.recorded.save([
      recordedNews(cluster, roleOf('reader', undefined, verbs), at),
      recordedNews(cluster, roleOf('local', 'shop'), at),
      recordedNews(cluster, bindingOf('everywhere', { kind: 'ClusterRole', name: 'reader' }, team), at),
      recordedNews(cluster, bindingOf('local', { kind: 'Role', name: 'local' }, team, 'shop'), at),
      // There is no role of that name here: the binding gives nothing.
      recordedNews(cluster, bindingOf('astray', { kind: 'Role', name: 'local' }, team, 'other'), at),
      ...completeKinds(cluster, at),
    ])
  }
  await store.recorded.save([
    recordedNews(
      'p1',
      bindingOf('mine', { kind: 'ClusterRole', name: 'reader' }, [{ kind: 'User', name: 'alice' }], 'shop'),
      at,
    ),
    recordedNews(
      'p1',
      bindingOf('own', { kind: 'ClusterRole', name: 'reader' }, [{ kind: 'User', name: 'system:kcm' }]),
      at,
    ),
    recordedNews(
      'p1',
      {
        apiVersion: 'user.openshift.io/v1',
        kind: 'Group',
        metadata: { name: 'team' },
        users: ['bob', 'alice'],
      },
      at,
    ),
  ])
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

describe('who can, on many clusters', () => {
  const placed = async (...parts: Parameters<typeof asked>) =>
    (await book.grants([asked(...parts)], undefined))
      .flatMap(({ clusters, binding }) =>
        clusters.map((cluster) => `${cluster} ${binding.namespace}/${binding.name}`),
      )
      .toSorted()

  test('goes by the role that a cluster has under a name, which may be another one elsewhere', async () => {
    expect(await placed('delete', 'pods')).toEqual(['d1 /everywhere'])
    expect(await placed('get', 'pods', 'other')).toEqual([
      'd1 /everywhere',
      'p1 /everywhere',
      'p1 /own',
      'p2 /everywhere',
    ])
    expect(await placed('get', 'pods')).toEqual([
      'd1 /everywhere',
      'd1 shop/local',
      'p1 /everywhere',
      'p1 /own',
      'p1 shop/local',
      'p1 shop/mine',
      'p2 /everywhere',
      'p2 shop/local',
    ])
    expect(await placed('get', 'secrets')).toEqual([])
    const few = await book.grants([asked('get', 'pods', 'shop')], ['p2'])
    expect(few.map(({ clusters }) => clusters)).toEqual([['p2'], ['p2']])
  })

  test('sees at once what was recorded since it was asked last', async () => {
    expect(await placed('patch', 'pods')).toEqual([])
    await store.recorded.save([
      recordedNews('p2', roleOf('patcher', undefined, ['patch']), at),
      recordedNews('p2', bindingOf('patch', { kind: 'ClusterRole', name: 'patcher' }, team), at),
    ])
    expect(await placed('patch', 'pods')).toEqual(['p2 /patch'])
  })

  test('is not looked up again while nothing was recorded but quotas, for ten seconds', async () => {
    const ask = () => book.grants([asked('get', 'pods')], undefined)
    const first = await ask()
    await store.recorded.save([recordedNews('p1', quotaOf('team', 'shop'), at)])
    expect(await ask()).toBe(first)
    await clock.advance(10_000)
    expect(await ask()).not.toBe(first)
  })

  test('knows the OpenShift groups of a user on each cluster', async () => {
    expect(await book.groupsOf('bob', undefined)).toEqual(new Map([['p1', ['team']]]))
    expect(await book.groupsOf('bob', ['p2'])).toEqual(new Map())
    expect(await book.groupsOf('carol', undefined)).toEqual(new Map())
  })

  test('what is the same on several clusters is one row, and pages go on where the last one ended', async () => {
    const rows = new GrantRows(environments)
    for (const grant of await book.grants([asked('get', 'pods')], undefined)) {
      for (const subject of grant.binding.subjects) rows.add(subject, grant)
    }
    const key = 'rbac.authorization.k8s.io/ClusterRoleBinding//everywhere'
    const first = rows.page(new Set([`p2 ${key}`]), 3)
    expect(first.total).toBe(4)
    const everywhere = first.items.find(({ binding }) => binding.name === 'everywhere')
    expect(everywhere).toMatchObject({
      subject: { kind: 'Group', name: 'team' },
      clusters: 3,
      names: ['d1', 'p1', 'p2'],
      declared: [{ clusters: 3, drifted: 1 }],
    })
    expect(everywhere?.environments.toSorted((one, two) => one.clusters - two.clusters)).toEqual([
      { environment: 'dev', clusters: 1 },
      { environment: 'prod', clusters: 2 },
    ])
    const second = rows.page(new Set(), 3, first.next)
    expect([second.items.length, second.next]).toEqual([1, undefined])
  })

  test('the matrix counts clusters by environment, and leaves out what belongs to the clusters themselves', async () => {
    const rows = new MatrixRows(environments)
    const questions = [asked('get', 'pods'), asked('delete', 'pods')]
    for (const grant of await book.grants(questions, undefined)) rows.add(grant)
    const page = rows.page({ limit: 10, system: false })
    expect(page.items.map(({ subject }) => subject.name)).toEqual(['alice', 'team'])
    expect(page.hidden).toBe(1)
    const of = page.items[1]?.cells.map(({ permission, environment, clusters, bindings }) =>
      [permission, environment, clusters, bindings].join(' '),
    )
    expect(of?.toSorted()).toEqual(['0 dev 1 2', '0 prod 2 2', '1 dev 1 1'])
    expect(rows.page({ limit: 10, system: true }).total).toBe(3)
    expect(rows.page({ limit: 10, system: false, subject: 'ALI' }).items).toHaveLength(1)
    const first = rows.page({ limit: 1, system: false })
    expect(rows.page({ limit: 1, system: false, cursor: first.next }).items[0]?.subject.name).toBe('team')
  })
})
