import { expect, test } from 'vitest'
import { isRecordedKind, lastWriterEntry, recordedContent } from './index.ts'

const role = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: {
    name: 'reader',
    namespace: 'shop',
    uid: 'u-1',
    resourceVersion: '7',
    generation: 2,
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { team: 'a' },
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'x' },
    managedFields: [
      { manager: 'helm', operation: 'Apply' as const, time: '2026-01-01T00:00:00Z' },
      { manager: 'kubectl-edit', operation: 'Update' as const, time: '2026-01-02T00:00:00Z' },
      { manager: 'kcm', operation: 'Update' as const, time: '2026-01-03T00:00:00Z', subresource: 'status' },
    ],
  },
  rules: [{ verbs: ['get'] }],
  status: { used: {} },
}

test('what is recorded of an object is what somebody wrote, equal on all clusters', () => {
  expect(recordedContent(role)).toEqual({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'reader', namespace: 'shop', labels: { team: 'a' }, annotations: { note: 'x' } },
    rules: [{ verbs: ['get'] }],
  })
  const elsewhere = { ...role, metadata: { ...role.metadata, uid: 'u-2', resourceVersion: '9' } }
  expect(recordedContent(elsewhere)).toEqual(recordedContent(role))
})

test('the last writer is the newest entry that did not write the status', () => {
  expect(lastWriterEntry(role)?.manager).toBe('kubectl-edit')
  expect(lastWriterEntry({ ...role, metadata: { name: 'reader' } })).toBeUndefined()
})

test('roles and quotas are recorded, Secrets never', () => {
  expect(isRecordedKind({ group: '', kind: 'ResourceQuota' })).toBe(true)
  expect(isRecordedKind({ group: 'user.openshift.io', kind: 'Group' })).toBe(true)
  expect(isRecordedKind({ group: '', kind: 'Secret' })).toBe(false)
})
