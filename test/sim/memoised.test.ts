import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type ObjectHandling,
  openObjectHandling,
  type WriteReply,
  type WriteRequest,
} from '../../src/apimachinery/index.ts'
import type { JsonMap } from '../../src/core/object/index.ts'
import { MemoisedHandling } from '../../src/sim/clusters/memoised-handling.ts'
import { openReleases } from '../../src/sim/data/index.ts'

let handling: ObjectHandling

beforeAll(async () => {
  const opened = openObjectHandling({ schemas: (await openReleases()).schemas, threads: 1 })
  if (opened === undefined) throw new Error('dist/apimachinery.wasm is missing')
  handling = opened
})
afterAll(async () => {
  await handling.close()
})

const uids = ['2a3b4c5d-1111-4222-8333-444455556666', '9f8e7d6c-2222-4333-9444-555566667777'] as const

const deployment = (replicas: number): JsonMap => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'web',
    labels: { app: 'web' },
    annotations: { since: '2026-01-01T00:00:00Z' },
    ownerReferences: [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: '11111111-2222-4333-8444-555566667777' },
    ],
  },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'a:1' }] } },
  },
})

/** What a client does in one cluster, one write after the other; HH is the hour there. */
const story: readonly {
  readonly minute: number
  readonly request: Partial<WriteRequest>
  readonly body: JsonMap
}[] = [
  {
    minute: 0,
    request: { method: 'PATCH', contentType: 'application/apply-patch+yaml', query: 'fieldManager=evenkeel' },
    body: deployment(2),
  },
  {
    minute: 1,
    request: { method: 'PATCH', contentType: 'application/merge-patch+json', userAgent: 'kubectl-edit/1' },
    body: { spec: { replicas: 5 } },
  },
  {
    minute: 2,
    request: { method: 'PATCH', subresource: 'scale', contentType: 'application/merge-patch+json' },
    body: { spec: { replicas: 7 } },
  },
  {
    minute: 3,
    request: { method: 'PATCH', subresource: 'status', contentType: 'application/merge-patch+json' },
    body: {
      status: {
        conditions: [
          {
            type: 'Available',
            status: 'True',
            lastUpdateTime: '2026-11-28THH:03:00Z',
            lastTransitionTime: '2026-11-28THH:01:00Z',
          },
        ],
      },
    },
  },
  {
    minute: 4,
    request: {
      method: 'PATCH',
      contentType: 'application/apply-patch+yaml',
      query: 'fieldManager=evenkeel&force=true',
    },
    body: deployment(3),
  },
  {
    minute: 4,
    request: { method: 'PATCH', contentType: 'application/apply-patch+yaml', query: 'fieldManager=other' },
    body: deployment(9),
  },
  { minute: 5, request: { method: 'DELETE' }, body: { propagationPolicy: 'Foreground' } },
  {
    minute: 6,
    request: { method: 'PATCH', contentType: 'application/merge-patch+json' },
    body: { metadata: { finalizers: null } },
  },
]

/** Tells the story to a handling; the answers are the replies, as they are. */
async function tell(to: ObjectHandling, cluster: 0 | 1): Promise<WriteReply[]> {
  const replies: WriteReply[] = []
  let live: JsonMap | undefined
  let revision = 10 + 1_000 * cluster
  const hour = String(12 + cluster)
  for (const { minute, request, body } of story) {
    const reply = await to.write({
      type: { group: 'apps', version: 'v1', kind: 'Deployment' },
      profile: '1.36',
      method: 'PATCH',
      resource: 'deployments',
      subresource: '',
      namespace: 'shop',
      name: 'web',
      query: '',
      contentType: 'application/json',
      userAgent: 'test/1',
      body: Buffer.from(JSON.stringify(body).replaceAll('HH', hour)),
      now: `2026-11-28T${hour}:0${minute}:00Z`,
      uid: uids[cluster],
      ...(live === undefined ? {} : { live }),
      ...request,
    })
    replies.push(reply)
    if (reply.kind !== 'answer' || reply.stored === undefined) continue
    revision += 1
    const { stored } = reply
    live =
      stored.as === 'deleted'
        ? undefined
        : {
            ...stored.object,
            metadata: { ...(stored.object.metadata as JsonMap), resourceVersion: String(revision) },
          }
  }
  return replies
}

test('what one cluster asked is remembered for the next, and differs in nothing from what it would be told itself', async () => {
  const memoised = new MemoisedHandling(handling)
  const first = await tell(memoised, 0)
  expect(first).toEqual(await tell(handling, 0))
  expect(memoised.counts.remembered).toBe(0)
  const second = await tell(memoised, 1)
  expect(second).toEqual(await tell(handling, 1))
  // The refusal is asked again, because its text speaks of values.
  expect(memoised.counts).toEqual({ all: 2 * story.length, remembered: story.length })
  const codes = first.map((reply) => (reply.kind === 'answer' ? reply.code : 0))
  expect(codes).toEqual([201, 200, 200, 200, 200, 409, 200, 200])
})
