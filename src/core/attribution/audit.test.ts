import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonMap } from '../object/index.ts'
import { AuditIndex } from './audit-index.ts'
import { type AuditRecord, parseAuditEvent } from './audit-record.ts'

const ref = { group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' }
const NOON = 1_782_907_200_000

function event(more: JsonMap = {}): JsonMap {
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID: 'a1',
    stage: 'ResponseComplete',
    requestURI:
      '/apis/apps/v1/namespaces/shop/deployments/web?fieldManager=kubectl-edit&fieldValidation=Strict',
    verb: 'patch',
    user: { username: 'alice', groups: ['dev'] },
    userAgent: 'kubectl/v1.36.3 (linux/amd64)',
    objectRef: {
      apiGroup: 'apps',
      apiVersion: 'v1',
      resource: 'deployments',
      namespace: 'shop',
      name: 'web',
    },
    responseStatus: { code: 200 },
    requestObject: { secret: 'canary' },
    responseObject: { metadata: { resourceVersion: '8', annotations: { secret: 'canary' } } },
    stageTimestamp: '2026-07-01T12:00:00.250000Z',
    ...more,
  }
}

function record(more: JsonMap = {}): AuditRecord {
  const parsed = parseAuditEvent(event(more))
  if (parsed === undefined) throw new Error('not a write')
  return parsed
}

function indexOf(...events: JsonMap[]): AuditIndex {
  const index = new AuditIndex()
  for (const more of events) index.add(record(more))
  return index
}

describe('an audit event', () => {
  test('is reduced to who, what, how and when; bodies are not kept', () => {
    expect(record()).toEqual({
      id: 'a1',
      user: 'alice',
      verb: 'patch',
      target: ref,
      subresource: '',
      manager: 'kubectl-edit',
      time: '2026-07-01T12:00:00.250000Z',
      timeMs: NOON + 250,
      resourceVersion: '8',
      uid: undefined,
    })
    expect(JSON.stringify(record())).not.toContain('canary')
  })

  test('names the impersonated user, not the one who impersonates', () => {
    expect(record({ impersonatedUser: { username: 'bob' } }).user).toBe('bob')
  })

  test('has the manager that the server derives: the parameter, else the User-Agent up to the slash', () => {
    const uri = '/apis/apps/v1/namespaces/shop/deployments/web'
    expect(record({ requestURI: uri }).manager).toBe('kubectl')
    expect(record({ requestURI: `${uri}?fieldManager=a%20b+c` }).manager).toBe('a b c')
    expect(record({ requestURI: `${uri}?fieldManager=%E0%A4%A` }).manager).toBe('%E0%A4%A')
    expect(record({ requestURI: uri, userAgent: '' }).manager).toBe('unknown')
  })

  test('of a deletion names the uid that it answered', () => {
    const details = { details: { uid: 'u1' } }
    expect(record({ verb: 'delete', responseObject: details })).toMatchObject({
      uid: 'u1',
      resourceVersion: undefined,
    })
    expect(
      record({ verb: 'delete', responseObject: { metadata: { uid: 'u2', resourceVersion: '9' } } }).uid,
    ).toBe('u2')
  })

  test('is nothing when it is no completed, successful, real write to an object', () => {
    for (const more of [
      { stage: 'RequestReceived' },
      { stage: 'Panic' },
      { verb: 'get' },
      { responseStatus: { code: 409 } },
      { responseStatus: null },
      { requestURI: '/apis/apps/v1/namespaces/shop/deployments/web?dryRun=All' },
      { objectRef: null },
      { user: { username: '' } },
      { stageTimestamp: 'yesterday' },
    ]) {
      expect(parseAuditEvent(event(more)), JSON.stringify(more)).toBeUndefined()
    }
  })

  test('of any shape is read or ignored, never a crash', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(event())), (anything, key) => {
        const read = parseAuditEvent({ ...event(), [key]: anything })
        expect(read === undefined || read.user !== '').toBe(true)
        expect(parseAuditEvent(anything)).toBeUndefined()
      }),
    )
  })
})

describe('the audit index', () => {
  const METADATA = { responseObject: null }
  const query = { ref, around: NOON + 300 }

  test('joins on resourceVersion, which is exact, and takes the earliest of those that repeat it', () => {
    const index = indexOf(
      { auditID: 'late', user: { username: 'bob' }, stageTimestamp: '2026-07-01T12:00:09Z' },
      { auditID: 'early' },
    )
    expect(index.find({ ...query, resourceVersion: '8' })).toEqual({
      person: 'alice',
      isServiceAccount: false,
      verb: 'patch',
      time: '2026-07-01T12:00:00.250000Z',
      manager: 'kubectl-edit',
      subresource: '',
      sure: 'exact',
    })
  })

  test('never takes a record of another version for the write', () => {
    expect(indexOf({}).find({ ...query, resourceVersion: '9' })).toBeUndefined()
    expect(indexOf({}).find(query)).toBeUndefined()
  })

  test('joins on object, time and manager below RequestResponse level, which is observed', () => {
    const index = indexOf(METADATA)
    expect(index.find({ ...query, resourceVersion: '8', manager: 'kubectl-edit' })).toMatchObject({
      person: 'alice',
      sure: 'observed',
    })
    expect(index.find({ ...query, manager: 'kubectl-label' })).toBeUndefined()
    expect(index.find({ ...query, around: NOON + 2251 })).toBeUndefined()
    expect(index.find({ ...query, ref: { ...ref, name: 'other' } })).toBeUndefined()
  })

  test('names nobody where two people come into question', () => {
    const index = indexOf(
      { ...METADATA, auditID: 'a' },
      { ...METADATA, auditID: 'b', user: { username: 'bob' } },
    )
    expect(index.find(query)).toBeUndefined()
    const same = indexOf({ ...METADATA, auditID: 'a' }, { ...METADATA, auditID: 'b' })
    expect(same.find(query)).toMatchObject({ person: 'alice' })
  })

  test('finds a deletion by uid, or by time, also as one of a collection', () => {
    const deletion = { verb: 'delete', responseObject: { details: { uid: 'u1' } } }
    expect(indexOf(deletion).find({ ...query, uid: 'u1' })).toMatchObject({ verb: 'delete', sure: 'exact' })
    expect(indexOf(deletion).find({ ...query, uid: 'u2' })).toBeUndefined()
    expect(indexOf({ ...METADATA, verb: 'delete' }).find({ ...query, uid: 'u1' })).toMatchObject({
      sure: 'observed',
    })
    const { name: _name, ...collection } = { ...ref, apiGroup: 'apps' }
    const all = { ...METADATA, verb: 'deletecollection', objectRef: collection }
    expect(indexOf(all).find({ ...query, uid: 'u1' })).toMatchObject({
      verb: 'deletecollection',
      sure: 'observed',
    })
    expect(indexOf({ ...METADATA }).find({ ...query, uid: 'u1' })).toBeUndefined()
  })

  test('leaves writes of status out, which would be blamed for what came before', () => {
    const objectRef = {
      apiGroup: 'apps',
      resource: 'deployments',
      namespace: 'shop',
      name: 'web',
      subresource: 'status',
    }
    expect(indexOf({ objectRef }).find({ ...query, resourceVersion: '8' })).toBeUndefined()
  })

  test('recognises a service account', () => {
    const index = indexOf({ user: { username: 'system:serviceaccount:ci:deployer' } })
    expect(index.find({ ...query, resourceVersion: '8' })?.isServiceAccount).toBe(true)
  })

  test('keeps the latest records only, each once', () => {
    const index = new AuditIndex(undefined, 3)
    for (let at = 0; at < 10; at += 1) {
      const responseObject = { metadata: { resourceVersion: String(at) } }
      index.add(record({ auditID: `a${at}`, responseObject }))
      index.add(record({ auditID: `a${at}`, responseObject }))
    }
    expect(index.size).toBe(3)
    const known = Array.from(
      { length: 10 },
      (_, at) => index.find({ ...query, resourceVersion: String(at) }) !== undefined,
    )
    expect(known).toEqual([...Array<boolean>(7).fill(false), true, true, true])
  })
})

test('a record that explained one write by time alone explains no later one of somebody else', () => {
  const index = indexOf({ responseObject: null })
  const query = { ref, around: NOON, manager: 'kubectl-edit' }
  expect(index.find({ ...query, resourceVersion: '1' })?.person).toBe('alice')
  expect(index.find({ ...query, resourceVersion: '2' })).toBeUndefined()
  expect(index.find({ ...query, resourceVersion: '1' })?.person).toBe('alice')
})

test('a record that was here before the last look at the object, and one of our own, explain nothing', () => {
  const metadataOnly = record({ responseObject: null })
  const query = { ref, around: NOON, resourceVersion: '7' }
  const index = new AuditIndex()
  index.add(metadataOnly, 1_000)
  expect(index.find({ ...query, since: 1_000 })).toBeUndefined()
  expect(index.find({ ...query, since: 999 })?.sure).toBe('observed')
  const ours = new AuditIndex('kubectl-edit')
  ours.add(metadataOnly, 1_000)
  expect(ours.find(query)).toBeUndefined()
})
