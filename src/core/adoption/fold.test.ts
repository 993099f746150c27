import { describe, expect, test } from 'vitest'
import { FieldSet, formatPath, parseFieldsV1 } from '../fields/index.ts'
import type { JsonMap, ManagedFieldsEntry } from '../object/index.ts'
import { foldForAdoption, ownedByOthers, releasedBy } from './fold.ts'

const M = 'evenkeel'

function entry(
  manager: string,
  fieldsV1: JsonMap,
  more: Partial<ManagedFieldsEntry> = {},
): ManagedFieldsEntry {
  return { manager, operation: 'Update', apiVersion: 'apps/v1', fieldsType: 'FieldsV1', fieldsV1, ...more }
}

const replicas = { 'f:spec': { 'f:replicas': {} } }
const paused = { 'f:spec': { 'f:paused': {} } }
const status = { 'f:status': { 'f:replicas': {} } }

describe('the fold', () => {
  test('moves the fields of kubectl and of before-first-apply into our apply entry, which has no time', () => {
    const before = [
      entry(M, replicas, { operation: 'Apply', time: '2026-01-01T00:00:00Z' }),
      entry('kubectl-client-side-apply', paused, { time: '2026-01-02T00:00:00Z' }),
      entry('before-first-apply', { 'f:spec': { 'f:selector': {} } }),
    ]
    const fold = foldForAdoption(before, M, [])
    expect(fold.managedFields).toEqual([
      {
        manager: M,
        operation: 'Apply',
        apiVersion: 'apps/v1',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:spec': { 'f:paused': {}, 'f:replicas': {}, 'f:selector': {} } },
      },
    ])
    expect(fold.folded).toEqual(before.slice(1))
  })

  test('makes our entry where there is none, in the version of the newest that it takes', () => {
    const fold = foldForAdoption(
      [
        entry('kubectl-edit', paused, { apiVersion: 'apps/v1beta1', time: '2026-01-01T00:00:00Z' }),
        entry('kubectl', replicas, { time: '2026-01-02T00:00:00Z' }),
      ],
      M,
      [],
    )
    expect(fold.managedFields).toMatchObject([{ manager: M, operation: 'Apply', apiVersion: 'apps/v1' }])
  })

  test('never touches controllers, other appliers, subresources, or what it cannot read', () => {
    const kept = [
      entry('kube-controller-manager', replicas),
      entry('kubectl', replicas, { subresource: 'scale' }),
      entry('kubectl', replicas, { operation: 'Apply' }),
      entry('helm', paused, { operation: 'Apply' }),
      entry('kubectl-edit', { nonsense: {} }),
      entry('kube-controller-manager', status, { subresource: 'status' }),
    ]
    expect(foldForAdoption(kept, M, [])).toEqual({ managedFields: kept, owned: FieldSet.empty, folded: [] })
    const fold = foldForAdoption([...kept, entry('kubectl-label', paused)], M, [])
    expect(fold.managedFields.slice(1)).toEqual(kept)
  })

  test('on a takeover takes what the former tool applied or wrote, except through a subresource', () => {
    const argo = [
      entry('argocd-controller', replicas, { operation: 'Apply' }),
      entry('argocd-controller', paused),
      entry('argocd-controller', status, { subresource: 'status' }),
    ]
    expect(foldForAdoption(argo, M, []).folded).toEqual([])
    expect(foldForAdoption(argo, M, ['argocd-controller']).folded).toEqual(argo.slice(0, 2))
  })

  test('of a folded object changes nothing', () => {
    const once = foldForAdoption([entry('kubectl', replicas)], M, [])
    expect(foldForAdoption(once.managedFields, M, [])).toMatchObject({
      managedFields: once.managedFields,
      folded: [],
    })
  })
})

describe('what the apply after the fold releases', () => {
  function released(fields: JsonMap, desired: JsonMap, other: JsonMap = {}): string[] {
    const fold = foldForAdoption([entry('kubectl', fields), entry('x-controller', other)], M, [])
    return [...releasedBy(fold, parseFieldsV1(desired), ownedByOthers(fold, M)).members()].map(formatPath)
  }

  test('is what was folded, is not desired and nobody else owns (case 24)', () => {
    const both = { 'f:spec': { 'f:paused': {}, 'f:replicas': {}, 'f:strategy': {} } }
    expect(released(both, replicas, paused)).toEqual(['spec.strategy'])
    expect(released(both, both)).toEqual([])
  })

  test('is not a map as long as something in it stays', () => {
    const labels = { 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {}, 'f:b': {} } } }
    expect(released(labels, { 'f:metadata': { 'f:labels': { 'f:a': {} } } })).toEqual(['metadata.labels.b'])
    expect(released(labels, {}, { 'f:metadata': { 'f:labels': { 'f:b': {} } } })).toEqual([
      'metadata.labels.a',
    ])
    expect(released(labels, {})).toEqual(['metadata.labels', 'metadata.labels.a', 'metadata.labels.b'])
  })

  test('is a whole list item with everything in it, whoever owns that', () => {
    const item = { 'f:ports': { 'k:{"port":80}': { '.': {}, 'f:name': {}, 'f:port': {} } } }
    const inside = { 'f:ports': { 'k:{"port":80}': { 'f:name': {} } } }
    expect(released(item, {}, inside)).toEqual([
      'ports[port=80]',
      'ports[port=80].name',
      'ports[port=80].port',
    ])
    expect(released(item, {}, { 'f:ports': { 'k:{"port":80}': { '.': {}, 'f:name': {} } } })).toEqual([
      'ports[port=80].port',
    ])
  })
})
