import { type JsonMap, mapOf, textOf } from '../../../src/core/object/index.ts'
import type { Case } from '../case.ts'
import { deployment, templateWith } from '../manifests.ts'
import type { Answer } from '../side.ts'
import type { Stage } from '../stage.ts'
import { counted, get, grow, itemsIn } from './grown.ts'

const events = (on: Stage): string => on.at('v1', 'events')
const newEvents = (on: Stage): string => on.at('events.k8s.io/v1', 'events')

function event(on: Stage, name: string, rest: JsonMap = {}): JsonMap {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name },
    involvedObject: {
      apiVersion: 'v1',
      kind: 'Pod',
      namespace: on.namespace,
      name: 'web-0',
      uid: `u-${name}`,
    },
    reason: 'Pulled',
    message: 'it was there',
    source: { component: 'kubelet', host: 'node-1' },
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:00:00Z',
    count: 1,
    type: 'Normal',
    ...rest,
  }
}

function newEvent(on: Stage, name: string): JsonMap {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name },
    regarding: { apiVersion: 'v1', kind: 'Pod', namespace: on.namespace, name: 'web-1', uid: `u-${name}` },
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'example.dev/controller',
    reportingInstance: 'one',
    action: 'Looking',
    reason: 'Looked',
    note: 'nothing there',
    type: 'Warning',
  }
}

/** Events that clients write: one store in two groups. */
export const eventCases: readonly Case[] = [
  {
    title: 'events of both groups are the same objects',
    async play(on) {
      await on.create(events(on), event(on, 'one'))
      await on.create(newEvents(on), newEvent(on, 'two'))
      await on.get(`${newEvents(on)}/one`)
      await on.get(`${events(on)}/two`)
      await on.patch('strategic', `${events(on)}/one`, { count: 2, lastTimestamp: '2026-01-01T00:01:00Z' })
      await on.get(`${newEvents(on)}/one`)
      await on.create(events(on), event(on, 'bad', { involvedObject: { namespace: 'elsewhere' } }))
      await on.delete(`${newEvents(on)}/one`)
      await on.get(`${events(on)}/one`)
    },
  },
  {
    title: 'events are selected by what they are about',
    async play(on) {
      await on.create(events(on), event(on, 'one'))
      await on.create(events(on), event(on, 'two', { type: 'Warning', source: { component: 'scheduler' } }))
      await on.create(newEvents(on), newEvent(on, 'three'))
      const ask = (path: string, ...fields: readonly string[]) =>
        on.get(`${path}?fieldSelector=${encodeURIComponent(fields.join(','))}`)
      await ask(events(on), 'involvedObject.name=web-0', 'involvedObject.kind=Pod')
      await ask(events(on), 'involvedObject.uid=u-two')
      await ask(events(on), 'involvedObject.name=web-1')
      await ask(events(on), 'source=kubelet')
      await ask(events(on), 'source=example.dev/controller')
      await ask(events(on), 'reportingComponent=example.dev/controller')
      await ask(events(on), 'type!=Normal')
      await ask(events(on), 'message=it')
      await ask(newEvents(on), 'regarding.name=web-0', 'type=Normal')
      await ask(newEvents(on), 'reportingController=example.dev/controller')
      await ask(newEvents(on), 'involvedObject.name=web-0')
    },
  },
  {
    title: 'events are watched by what they are about',
    async play(on) {
      const fields = encodeURIComponent('involvedObject.uid=u-one')
      await on.watch(`${events(on)}?watch=true&fieldSelector=${fields}`, 3, async () => {
        await on.create(events(on), event(on, 'two'))
        await on.create(events(on), event(on, 'one'))
        await on.patch('merge', `${events(on)}/one`, { count: 2 })
        await on.delete(`${events(on)}/one`)
      })
    },
  },
]

/** What is the same on both sides: names end in a time, and which of several comes first is by chance. */
function told({ metadata, involvedObject, ...rest }: JsonMap): JsonMap {
  const { name, resourceVersion: _, uid: ___, ...own } = mapOf(metadata)
  const { resourceVersion: __, ...about } = mapOf(involvedObject)
  return {
    ...rest,
    message: textOf(rest.message).replace(/(pod: web-\w+-)\w{5}$/, '$1<pod>'),
    metadata: { ...own, name: textOf(name).replace(/\.[0-9a-f]{16}$/, '.<time>') },
    involvedObject: about,
  }
}

const toldOf = (answer: Answer, kind: string): readonly JsonMap[] =>
  itemsIn(answer)
    .filter(({ involvedObject }) => mapOf(involvedObject).kind === kind)
    .map(told)
    .toSorted((one, other) => (textOf(one.message) < textOf(other.message) ? -1 : 1))

/** Waits for so many events about objects of each kind, and notes them. */
async function noteTold(on: Stage, counts: Readonly<Record<string, number>>): Promise<void> {
  const kinds = Object.entries(counts)
  await on.until(get(events(on)), (answer) =>
    kinds.every(([kind, count]) => toldOf(answer, kind).length === count),
  )
  const answer = await on.quiet(get(events(on)))
  for (const [kind] of kinds) on.note(`events of each ${kind}`, [...toldOf(answer, kind)])
}

/** The events in what kubectl says of an object, without how long ago they were. */
function described(text: string): string {
  const from = text.indexOf('Events:')
  return text.slice(from).replaceAll(/ +\d+s( \(x\d+ over \d+s\))? +/g, ' <age> ')
}

/** What controllers tell of Deployments. */
export const toldCases: readonly Case[] = [
  {
    title: 'the events of a Deployment that is made, and scaled up and down',
    async play(on) {
      await grow(on)
      await noteTold(on, { Deployment: 1, ReplicaSet: 2 })
      const scale = async (replicas: number): Promise<void> => {
        // What is told is ordered by whole seconds.
        await on.tick()
        const body = JSON.stringify({ spec: { replicas } })
        const path = `${on.at('apps/v1', 'deployments/web')}/scale`
        await on.quiet({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body })
        await counted(on, 'web', replicas)
      }
      await scale(4)
      await noteTold(on, { Deployment: 2, ReplicaSet: 4 })
      await scale(1)
      await noteTold(on, { Deployment: 3, ReplicaSet: 7 })
      await on.kubectl(['describe', 'deployment', 'web'], undefined, described)
    },
  },
  {
    title: 'the event of a pod that is refused',
    async play(on) {
      await on.create(
        on.at('apps/v1', 'deployments'),
        deployment({ replicas: 1, template: templateWith({}, { priority: 5 }) }),
      )
      const refused = (answer: Answer): readonly JsonMap[] =>
        itemsIn(answer).filter(({ reason }) => reason === 'FailedCreate')
      await on.until(get(events(on)), (answer) => refused(answer).length > 0)
      const [first] = refused(await on.quiet(get(events(on))))
      const { type, message, source, reportingComponent, involvedObject } = first ?? {}
      on.note('the refusal', {
        type: type ?? null,
        message: textOf(message).replace(/"web-[^"]*"/, '"<pod>"'),
        source: source ?? null,
        reportingComponent: reportingComponent ?? null,
        kind: mapOf(involvedObject).kind ?? null,
      })
    },
  },
]
