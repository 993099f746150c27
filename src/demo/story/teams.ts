import { pipeline, withKubectl } from '../fleet/cast.ts'
import type { Edit } from '../repository/fleet-repository.ts'
import { type BeatScript, minutes, type Scene, seconds } from './scene.ts'

const strategic = 'application/strategic-merge-patch+json'

/** Somebody scales a service whose bundle asks: the difference waits for a decision, however long that takes. */
export const asked: BeatScript = ({ clusters, round }) => {
  const places = clusters.filter(({ environment }) => environment === 'prod')
  const near = places.filter(({ region }) => region === 'us')
  // The same few in every round, so that what nobody decides does not grow.
  const chosen = [...near, ...places.filter((one) => !near.includes(one))].slice(0, 4)
  const replicas = 4 + (round % 3)
  return [
    ...inTheBeginning(round, {
      beat: 'asked',
      says: 'alice wants to be asked about payments, quotas and roles',
      message: 'Ask before payments, quotas and roles are put right',
      edits: ['payments', 'quota-and-access'].map((bundle) => modeOf(bundle, 'ask')),
    }),
    {
      at: seconds(5),
      beat: 'asked',
      says: `carol scales payments/gateway to ${replicas} on ${chosen.length} clusters, which waits for a decision`,
      act: {
        kind: 'write',
        clusters: chosen.map(({ name }) => name),
        as: withKubectl('carol', 'edit'),
        request: {
          method: 'PATCH',
          path: '/apis/apps/v1/namespaces/payments/deployments/gateway',
          contentType: strategic,
          body: { spec: { replicas } },
        },
      },
    },
  ]
}

/** A team that is moving in still delivers by its own pipeline; Evenkeel observes it, and writes nothing. */
export const movingIn: BeatScript = ({ clusters, random, round }) => {
  const places = clusters.filter(({ environment, region }) => environment === 'prod' && region === 'eu')
  const chosen = random.some(places, 6).map(({ name }) => name)
  const deliver = (at: number, version: string, says: string): Scene => ({
    at,
    beat: 'moving-in',
    says,
    act: {
      kind: 'write',
      clusters: chosen,
      as: pipeline('insight'),
      request: {
        method: 'PATCH',
        path: '/apis/batch/v1/namespaces/reporting/cronjobs/revenue',
        contentType: strategic,
        body: {
          spec: {
            jobTemplate: {
              spec: {
                template: {
                  spec: {
                    containers: [
                      { name: 'revenue', image: `registry.corp.example/insight/reports:${version}` },
                    ],
                  },
                },
              },
            },
          },
        },
      },
    },
  })
  const version = `3.${4 + round}.0`
  return [
    ...inTheBeginning(round, {
      beat: 'moving-in',
      says: 'reporting is only observed while its team moves in',
      message: 'Observe reporting until its team has moved in',
      edits: [modeOf('reporting', 'observe')],
    }),
    deliver(
      seconds(30),
      version,
      `the pipeline of the insight team delivers reports ${version} on ${chosen.length} clusters`,
    ),
    deliver(minutes(9), '3.3.0', 'the pipeline of the insight team goes back to reports 3.3.0'),
  ]
}

/** A commit of alice, before anything else of its beat; what was decided about it later is not undone. */
function inTheBeginning(
  round: number,
  { beat, says, message, edits }: Pick<Scene, 'beat' | 'says'> & { message: string; edits: readonly Edit[] },
): Scene[] {
  if (round > 0) return []
  return [{ at: 0, beat, says, act: { kind: 'commit', change: { by: 'alice', message, edits } } }]
}

/** The mode of a bundle that says none. */
function modeOf(bundle: string, mode: 'ask' | 'observe'): Edit {
  return {
    file: `fleet/bundles/${bundle}.yaml`,
    pattern: String.raw`(?<!mode: \w+\n  )rollout: at-once`,
    to: `mode: ${mode}\n  rollout: at-once`,
  }
}
