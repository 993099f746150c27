import { type JsonMap, mapOf, mapsOf, textOf } from '../../../src/core/object/index.ts'
import type { Case } from '../case.ts'
import { cronJob, pod, podSpec, service } from '../manifests.ts'
import type { Stage } from '../stage.ts'
import { get, itemsIn } from './grown.ts'

const slices = (on: Stage): string => on.at('discovery.k8s.io/v1', 'endpointslices')
const pods = (on: Stage): string => on.at('v1', 'pods')
const merge = 'application/merge-patch+json'

/** Notes the slices of the namespace, without when they changed and how often. */
async function noteSlices(on: Stage): Promise<void> {
  const items = itemsIn(await on.quiet(get(slices(on))))
  const shown = items.map(({ metadata, endpoints, ...rest }) => {
    const {
      resourceVersion: _,
      name: _name,
      annotations: _when,
      managedFields: _owners,
      generation: _times,
      ...kept
    } = mapOf(metadata)
    const sorted = mapsOf(endpoints).toSorted((one, other) => (addressIn(one) < addressIn(other) ? -1 : 1))
    return { metadata: kept, ...rest, endpoints: sorted.map(withoutUid) }
  })
  on.note('slices', shown)
}

function withoutUid(endpoint: JsonMap): JsonMap {
  const { uid: _, ...target } = mapOf(endpoint.targetRef)
  return { ...endpoint, targetRef: target }
}

function addressIn({ addresses }: JsonMap): string {
  return JSON.stringify(addresses ?? null)
}

/** Waits until the slices have endpoints with these conditions, in the order of their addresses. */
async function until(on: Stage, ...wanted: readonly string[]): Promise<void> {
  await on.until(get(slices(on)), (answer) => {
    const all = itemsIn(answer).flatMap(({ endpoints }) => mapsOf(endpoints))
    const told = all.toSorted((one, other) => (addressIn(one) < addressIn(other) ? -1 : 1))
    const states = told.map(({ conditions }) => {
      const { ready, terminating } = mapOf(conditions)
      return terminating === true ? 'going' : ready === true ? 'ready' : 'not ready'
    })
    return itemsIn(answer).length > 0 && states.join() === wanted.join()
  })
}

async function tell(on: Stage, name: string, status: JsonMap): Promise<void> {
  const path = `${pods(on)}/${name}/status`
  await on.quiet({ method: 'PATCH', path, contentType: merge, body: JSON.stringify({ status }) })
}

const ready = (isReady: boolean): JsonMap => ({
  conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
})

/** Controllers that serve Services and clocks. */
export const serviceCases: readonly Case[] = [
  {
    title: 'the pods behind a Service',
    async play(on) {
      const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } }
      const json = 'application/json'
      await on.quiet({ method: 'POST', path: '/api/v1/nodes', contentType: json, body: JSON.stringify(node) })
      const ports = [
        { name: 'web', port: 8080, targetPort: 80 },
        { name: 'named', port: 81, targetPort: 'http' },
        { name: 'nowhere', port: 82, targetPort: 'nothing' },
      ]
      await on.quiet({
        method: 'POST',
        path: on.at('v1', 'services'),
        contentType: json,
        body: JSON.stringify(service({ ports }, { labels: { tier: 'front' } })),
      })
      await until(on)
      await noteSlices(on)
      for (const name of ['one', 'two']) {
        const [container = {}] = mapsOf(podSpec.containers)
        const containers = [{ ...container, ports: [{ name: 'http', containerPort: 8000 }] }]
        const made = {
          ...pod,
          metadata: { name, labels: { app: 'web' } },
          spec: { containers, nodeName: 'node-1' },
        }
        await on.quiet({ method: 'POST', path: pods(on), contentType: json, body: JSON.stringify(made) })
        const podIP = name === 'one' ? '10.1.0.1' : '10.1.0.2'
        await tell(on, name, { phase: 'Running', podIP, podIPs: [{ ip: podIP }], ...ready(true) })
      }
      await until(on, 'ready', 'ready')
      await noteSlices(on)
      await tell(on, 'one', ready(false))
      await until(on, 'not ready', 'ready')
      await noteSlices(on)
      await on.quiet({ method: 'DELETE', path: `${pods(on)}/two` })
      await until(on, 'not ready', 'going')
      await noteSlices(on)
      for (const name of ['one', 'two'])
        await on.quiet({ method: 'DELETE', path: `${pods(on)}/${name}?gracePeriodSeconds=0` })
      await until(on)
      const [slice = {}] = itemsIn(await on.quiet(get(slices(on))))
      await on.quiet({ method: 'DELETE', path: `${slices(on)}/${textOf(mapOf(slice.metadata).name)}` })
      await on.until(get(slices(on)), (answer) =>
        itemsIn(answer).some(({ metadata }) => mapOf(metadata).uid !== mapOf(slice.metadata).uid),
      )
      await on.quiet({ method: 'DELETE', path: on.at('v1', 'services/web') })
      await on.until(get(slices(on)), (answer) => itemsIn(answer).length === 0)
    },
  },
  {
    title: 'a CronJob whose minute has come',
    async play(on) {
      const cronJobs = on.at('batch/v1', 'cronjobs')
      const { spec } = cronJob
      const { jobTemplate } = mapOf(spec)
      const labelled = { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } }, ...mapOf(jobTemplate) }
      const every = { schedule: '* * * * *', concurrencyPolicy: 'Forbid', jobTemplate: labelled }
      await on.create(cronJobs, { ...cronJob, spec: every })
      const jobs = on.at('batch/v1', 'jobs')
      await on.until(get(jobs), (answer) => itemsIn(answer).length > 0, undefined, 4_000)
      await on.until(get(`${cronJobs}/web`), ({ body }) => JSON.stringify(body).includes('lastScheduleTime'))
      const [job = {}] = itemsIn(await on.quiet(get(jobs)))
      const name = textOf(mapOf(job.metadata).name)
      on.note('the Job', job)
      await on.get(`${cronJobs}/web`)
      const body = JSON.stringify({
        status: {
          startTime: '2026-01-01T00:00:00Z',
          completionTime: '2026-01-01T00:00:01Z',
          succeeded: 1,
          conditions: ['SuccessCriteriaMet', 'Complete'].map((type) => ({
            type,
            status: 'True',
            reason: 'CompletionsReached',
            lastTransitionTime: '2026-01-01T00:00:01Z',
          })),
        },
      })
      const path = `${jobs}/${name}/status`
      const done = await on.quiet({ method: 'PATCH', path, contentType: merge, body })
      on.note('the Job is done', done.status)
      await on.until(get(`${cronJobs}/web`), (answer) => !JSON.stringify(answer.body).includes('"active"'))
      await on.get(`${cronJobs}/web`)
      await on.quiet({ method: 'DELETE', path: `${cronJobs}/web?propagationPolicy=Background` })
      await on.until(get(jobs), (answer) => itemsIn(answer).length === 0)
    },
  },
]
