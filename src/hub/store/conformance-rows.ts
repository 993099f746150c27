import type { DriftRecord } from '../../core/ledger/index.ts'
import type { Plan } from '../../core/plan/index.ts'
import { freshProgress, type RunRecord } from '../../core/rollout/index.ts'
import type { Assignment, ClusterReport, StoredReceipt } from '../../spoke/index.ts'

export const at = '2026-01-02T03:04:05.000Z'
export const later = '2026-01-02T03:05:05.000Z'

export function driftRecord(id: string, cluster: string, over: Partial<DriftRecord> = {}): DriftRecord {
  return {
    id,
    cluster,
    bundle: 'shop',
    ref: { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' },
    uid: 'u-1',
    path: 'spec.replicas',
    desired: { text: '3', hash: 'h3' },
    live: { text: '5', hash: 'h5' },
    class: 'taken',
    writer: { manager: 'kubectl-edit', operation: 'Update', kind: 'human', person: 'alice@corp' },
    sure: 'exact',
    when: at,
    whenIsBound: false,
    firstSeen: at,
    lastSeen: at,
    cause: 'c-1',
    state: 'open',
    ...over,
  }
}

export function planOf(id: string, cluster: string, bundle = 'shop'): Plan {
  return {
    id,
    cluster,
    clusterId: `id-of-${cluster}`,
    bundle,
    revision: 'abc',
    variant: 'sha256:1',
    items: [
      {
        action: 'delete',
        ref: { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'old' },
        uid: 'u-9',
        fields: [],
      },
    ],
    reasons: ['12 of 20 objects would be deleted'],
  }
}

export function assignmentOf(bundle: string, variant = 'sha256:1'): Assignment {
  return {
    bundle,
    revision: 'abc',
    variant,
    complete: true,
    mode: 'enforce',
    healAfter: { people: 600_000, others: 0 },
    additions: 'report',
    namespaces: 'ignore',
    ignore: [],
    prune: 'auto',
    pruneBound: { maxObjects: 10, maxPercent: 25 },
    waveTimeout: 300_000,
    createNamespace: false,
  }
}

export function receiptOf(key: string, rv = '1'): StoredReceipt {
  const receipt = { uid: 'u', rv, manifestHash: 'm', schemaHash: 's', paths: ['f:spec'], hashes: 'AAAA' }
  return { key, bundle: 'shop', receipt: receipt as unknown as StoredReceipt['receipt'] }
}

export const reachable: ClusterReport = { reach: 'reachable', since: at, lastSeen: at, failedGroups: [] }

export function runOf(id: string, bundle: string, createdAt: string): RunRecord {
  const from = { variant: 'sha256:old', revision: 'c1', mode: 'enforce' as const, complete: true }
  return {
    run: {
      id,
      bundle,
      revision: 'c2',
      createdAt,
      pins: { a: { variant: 'sha256:new', mode: 'enforce', complete: true, from } },
      stages: [{ name: 'one', clusters: ['a'], soakMs: 0, gates: ['health'] }],
      failureBudget: 0,
      onFailure: 'stop',
      unreachable: { upToPercent: 100, afterwards: 'catch up' },
      newer: 'supersede',
      healthTimeoutMs: 300_000,
    },
    progress: freshProgress(createdAt),
  }
}
