import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { completeKinds } from '../../../../test/hub/recorded-rows.ts'
import { privileges } from '../../../core/access/index.ts'
import { FakeClock } from '../../../runtime/index.ts'
import { openStore, type Store } from '../../store/index.ts'
import { testKeys } from '../../store/store.conformance.ts'
import { ClusterBoard } from '../cluster/cluster-board.ts'
import type { HubParts } from './hub-parts.ts'
import type { FleetCluster } from './in-scope.ts'
import { recordedSight } from './recorded-sight.ts'

const at = '2026-07-20T12:00:00.000Z'
const lost = '2026-07-20T12:05:00.000Z'
const clock = new FakeClock(Date.parse('2026-07-20T12:10:00.000Z'))
const now = new Date(clock.now()).toISOString()

let folder: string
let store: Store
let parts: HubParts

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-sight-'))
  store = await openStore({
    location: { kind: 'embedded', folder },
    clock,
    keys: () => Promise.resolve(testKeys),
  })
  const board = new ClusterBoard(clock)
  const seen = { lastSeen: now, since: at, failedGroups: [] }
  for (const name of ['good', 'revoked', 'new']) board.noteCluster(name, { ...seen, reach: 'reachable' })
  board.noteCluster('away', { ...seen, lastSeen: at, reach: 'unreachable' })
  const binding = { group: 'rbac.authorization.k8s.io', kind: 'RoleBinding' }
  await store.recorded.save([
    ...['good', 'revoked', 'away'].flatMap((name) => completeKinds(name, at)),
    { cluster: 'revoked', kind: { ...binding, state: 'unreadable', reason: 'forbidden', at: lost } },
  ])
  // What a sight is made from, of all that answers are made from.
  parts = { store, board, clock, grants: [{ privileges: new Set(privileges) }] } as unknown as HubParts
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

test('a cluster has answered when all of it is recorded as of now; of the others it says why not, and of when they are', async () => {
  const clusters = ['good', 'revoked', 'new', 'away'].map((name) => ({ name }) as FleetCluster)
  const { view, answered } = await recordedSight(parts, clusters, ['Role', 'RoleBinding'])
  expect([...answered]).toEqual(['good'])
  expect(view).toEqual({
    asked: 4,
    answered: 1,
    asOf: now,
    limited: false,
    unanswered: [
      { cluster: 'revoked', seen: lost, reason: 'RoleBinding: may not be read: forbidden' },
      { cluster: 'new', reason: 'Role: not recorded yet' },
      { cluster: 'away', seen: at, reason: 'no sign of life' },
    ],
  })
  // Of other kinds that cluster has told everything.
  const quotas = await recordedSight(parts, clusters, ['ResourceQuota'])
  expect([...quotas.answered]).toEqual(['good', 'revoked'])
})
