import type { ClusterDetailView, JobRowView } from '../../src/api/index.ts'
import { ago } from '../cli/example-fleet.ts'
import type { JobInMemory } from '../cli/jobs-in-memory.ts'

const api = { group: 'apps', kind: 'Deployment', namespace: 'checkout', name: 'api' }

/** A heal that is a third done, one that the hub's stop cut off, and a look at clusters that has ended. */
export function demoJobs(clusters: readonly ClusterDetailView[]): JobInMemory[] {
  const prod = clusters.filter(({ environment }) => environment === 'prod')
  const about = { by: 'alice@corp', bundles: ['checkout'] }
  return [
    {
      view: {
        ...about,
        id: 'j-running',
        kind: 'heal',
        state: 'running',
        reason: 'INC-4411: back to what Git says',
        activity: 'act-91f2',
        createdAt: ago(70),
      },
      rows: prod
        .slice(0, 60)
        .map((one, at) => rowOf(one, at, at < 22 ? 'done' : at < 38 ? 'running' : 'waiting')),
    },
    {
      view: {
        ...about,
        id: 'j-interrupted',
        kind: 'heal',
        state: 'interrupted',
        activity: 'act-8c01',
        createdAt: ago(90_000),
        endedAt: ago(89_900),
      },
      rows: prod
        .slice(0, 12)
        .map((one, at) => rowOf(one, at, at < 5 ? 'done' : at < 8 ? 'unknown' : 'not-begun')),
    },
    {
      view: {
        id: 'j-looked',
        kind: 'reconcile',
        state: 'done',
        by: 'bob@corp',
        bundles: [],
        createdAt: ago(200_000),
        endedAt: ago(199_990),
      },
      rows: clusters.slice(0, 30).map((one) => ({
        ...rowOf(one, 0, 'done'),
        asked: 0,
        results: [{ bundle: 'checkout', outcome: 'in-sync' }],
      })),
    },
  ]
}

function rowOf({ name, identity }: ClusterDetailView, at: number, state: JobRowView['state']): JobRowView {
  const { environment, tier, colour } = identity
  const about = { cluster: name, environment, tier, ...(colour === undefined ? {} : { colour }), asked: 1 }
  if (state !== 'done')
    return { ...about, state, results: [], ...(state === 'waiting' ? {} : { startedAt: ago(4) }) }
  const times = { startedAt: ago(60 - at), endedAt: ago(58 - at) }
  if (at === 3) {
    const message = 'admission webhook "replicas.corp" denied the request: spec.replicas is pinned to 5'
    return {
      ...about,
      ...times,
      state: 'failed',
      results: [{ bundle: 'checkout', object: api, outcome: 'refused', message }],
    }
  }
  return { ...about, ...times, state, results: [{ bundle: 'checkout', object: api, outcome: 'healed' }] }
}
