import { type JsonMap, mapOf, mapsOf, textOf } from '../../../src/core/object/index.ts'
import type { Case } from '../case.ts'
import type { Stage } from '../stage.ts'
import { counted, get, grow, isObserved, itemsIn, rollOut, statusIn } from './grown.ts'

const web = (on: Stage): string => on.at('apps/v1', 'deployments/web')

/** Notes a Deployment with all that is below it, the ReplicaSets in the order of their revisions. */
async function noteTree(on: Stage): Promise<void> {
  const revision = ({ metadata }: JsonMap): number =>
    Number(textOf(mapOf(mapOf(metadata).annotations)['deployment.kubernetes.io/revision']))
  const sets = itemsIn(await on.quiet(get(on.at('apps/v1', 'replicasets'))))
  on.note('ReplicaSets', sets.toSorted((one, other) => revision(one) - revision(other)).map(bare))
  on.note('pods', itemsIn(await on.quiet(get(on.at('v1', 'pods')))).map(bare))
  await on.get(web(on))
}

/** Waits until the controller has said this of its progress, and has seen the whole of the change. */
async function progressing(on: Stage, reason: string): Promise<void> {
  await on.until(
    get(web(on)),
    (answer) =>
      isObserved(answer) && mapsOf(statusIn(answer).conditions).some((one) => one.reason === reason),
  )
}

/** Without its revision, because how often a controller counts is by chance, and without a generated name. */
function bare(object: JsonMap): JsonMap {
  const { resourceVersion: _, ...metadata } = mapOf(object.metadata)
  const { generateName } = metadata
  return { ...object, metadata: generateName === undefined ? metadata : { ...metadata, name: generateName } }
}

/** What controllers make of a Deployment: rollouts with a controller manager, as the harness of the simulator wants. */
export const rolloutCases: readonly Case[] = [
  {
    title: 'a Deployment with its ReplicaSet and its pods',
    async play(on) {
      await grow(on)
      await noteTree(on)
    },
  },
  {
    title: 'a rollout, and the way back',
    async play(on) {
      await grow(on)
      await rollOut(on, 'web', 2)
      await noteTree(on)
      const image = (name: string): JsonMap => ({
        spec: { template: { spec: { containers: [{ name: 'web', image: name }] } } },
      })
      await on.quiet({
        method: 'PATCH',
        path: web(on),
        contentType: 'application/strategic-merge-patch+json',
        body: JSON.stringify(image('example.dev/web:2')),
      })
      await rollOut(on, 'web', 2)
      await noteTree(on)
      await on.kubectl(['rollout', 'undo', 'deployment/web'])
      await rollOut(on, 'web', 2)
      await noteTree(on)
      await on.kubectl(['rollout', 'history', 'deployment/web'])
    },
  },
  {
    title: 'a Deployment that is scaled, paused and resumed',
    async play(on) {
      await grow(on)
      await on.quiet({
        method: 'PATCH',
        path: `${web(on)}/scale`,
        contentType: 'application/merge-patch+json',
        body: JSON.stringify({ spec: { replicas: 4 } }),
      })
      await counted(on, 'web', 4)
      await noteTree(on)
      await on.kubectl(['rollout', 'pause', 'deployment/web'])
      await progressing(on, 'DeploymentPaused')
      await noteTree(on)
      await on.kubectl(['rollout', 'resume', 'deployment/web'])
      await progressing(on, 'DeploymentResumed')
      await on.kubectl(['delete', 'deployment/web', '--wait=false'])
      await on.until(get(on.at('v1', 'pods')), (answer) => itemsIn(answer).length === 0)
    },
  },
]
