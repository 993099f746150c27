import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { KubeObject, ObjectMeta } from '../object/index.ts'
import { applySetId } from './apply-set.ts'
import { deletionBlockedBy } from './deletion-blocked-by.ts'
import type { InventoryEntry } from './inventory.ts'
import { ownedByAnotherTool } from './other-tool.ts'

const OURS = { manager: 'evenkeel', operation: 'Apply', fieldsV1: {} } as const
const ENTRY: InventoryEntry = {
  apiVersion: 'v1',
  ref: { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'x' },
  uid: 'u1',
}

function live(metadata: Partial<ObjectMeta> = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x', uid: 'u1', managedFields: [OURS], ...metadata },
  }
}

describe('case 34: a recorded object is not deleted', () => {
  test('when another one has its name, or nothing proves that it is the same', () => {
    expect(deletionBlockedBy(live({ uid: 'u2' }), ENTRY, 'evenkeel')).toContain('uid u2, recorded u1')
    expect(deletionBlockedBy(live(), { ...ENTRY, uid: undefined }, 'evenkeel')).toContain('recorded none')
  })

  test('when our apply entry is gone', () => {
    const update = { ...OURS, operation: 'Update' } as const
    expect(deletionBlockedBy(live({ managedFields: [update] }), ENTRY, 'evenkeel')).toContain(
      'no longer owns',
    )
    expect(deletionBlockedBy(live(), ENTRY, 'somebody')).toContain('"somebody" no longer owns')
  })

  test.each([
    ['evenkeel.dev/prune', 'never'],
    ['helm.sh/resource-policy', 'keep'],
    ['helm.sh/resource-policy', 'KEEP'],
    ['argocd.argoproj.io/sync-options', 'Validate=false, Prune=false'],
    ['kustomize.toolkit.fluxcd.io/prune', 'disabled'],
  ])('when it is marked to be kept by %s: %s', (key, value) => {
    expect(deletionBlockedBy(live({ annotations: { [key]: value } }), ENTRY, 'evenkeel')).toContain(key)
    expect(deletionBlockedBy(live({ labels: { [key]: value } }), ENTRY, 'evenkeel')).toContain(key)
  })

  test('and is, when nothing of this holds', () => {
    const annotations = {
      'argocd.argoproj.io/sync-options': 'Prune=true',
      'helm.sh/resource-policy': 'delete',
    }
    expect(deletionBlockedBy(live({ annotations }), ENTRY, 'evenkeel')).toBeUndefined()
  })
})

describe('an object of another tool is recognised', () => {
  const tracking = { 'argocd.argoproj.io/tracking-id': 'shop:/ConfigMap:shop/x' }
  const helm = { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': 'apps' }
  const work = {
    apiVersion: 'work.open-cluster-management.io/v1',
    kind: 'AppliedManifestWork',
    name: 'h-shop',
    uid: 'w',
  }
  test.each<[string, Partial<ObjectMeta>, string]>([
    ['Argo CD', { annotations: tracking }, 'shop'],
    ['Argo CD', { labels: { 'argocd.argoproj.io/instance': 'shop' } }, 'shop'],
    [
      'Flux',
      { labels: { 'kustomize.toolkit.fluxcd.io/name': 'a', 'kustomize.toolkit.fluxcd.io/namespace': 'b' } },
      'b/a',
    ],
    ['Flux', { labels: { 'helm.toolkit.fluxcd.io/name': 'a' } }, 'a'],
    ['Helm', { labels: { 'app.kubernetes.io/managed-by': 'Helm' }, annotations: helm }, 'apps/shop'],
    ['Open Cluster Management', { ownerReferences: [work] }, 'h-shop'],
    ['Fleet', { annotations: { 'objectset.rio.cattle.io/id': 'default-shop' } }, 'default-shop'],
    ['OLM', { labels: { 'olm.owner': 'csv' } }, 'csv'],
    ['ApplySet', { labels: { 'applyset.kubernetes.io/part-of': 'applyset-other-v1' } }, 'applyset-other-v1'],
  ])('of %s', (tool, metadata, name) => {
    expect(ownedByAnotherTool(live(metadata), 'applyset-ours-v1')).toEqual({ tool, name })
  })

  test('but not one of ours, nor one that merely says Helm', () => {
    const labels = {
      'applyset.kubernetes.io/part-of': 'applyset-ours-v1',
      'app.kubernetes.io/managed-by': 'Helm',
    }
    expect(ownedByAnotherTool(live({ labels }), 'applyset-ours-v1')).toBeUndefined()
    expect(ownedByAnotherTool(live())).toBeUndefined()
  })
})

test('the id of an apply set is that of KEP-3659', () => {
  const parent = { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'checkout' }
  const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest()
  const expected = createHash('sha256').update('checkout.shop.ConfigMap.').digest('base64url')
  expect(applySetId(parent, sha256)).toBe(`applyset-${expected}-v1`)
})
