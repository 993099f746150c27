import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { normalise } from '../../src/core/bundle/index.ts'
import { groupOf, type KubeObject, type ObjectRef, refOf } from '../../src/core/object/index.ts'
import { type ApiServer, startApiServer } from '../../tools/kubernetes/index.ts'
import { type Rig, startRig } from '../engine/rig.ts'
import { corpus, corpusFolder } from './corpus.ts'
import { filesBelow, helm, mustRender, request, testRenderer } from './rig.ts'

const renderer = testRenderer()
let server: ApiServer
let rig: Rig

beforeAll(async () => {
  server = await startApiServer({ version: '1.36', apiServerFlags: ['--allow-privileged=true'] })
  rig = await startRig(server, { change: { prune: 'never' } })
})
afterAll(async () => {
  await rig.close()
  await server.stop()
})

/** What leaves a server ready for the next source: nobody answers its webhooks, and its workloads have the same names. */
const leftovers =
  'deploy,sts,ds,jobs,cronjobs,svc,ingress,pdb,hpa,validatingwebhookconfigurations,mutatingwebhookconfigurations'

async function render(from: string, path: string, chart: Parameters<typeof helm>[0] | undefined) {
  const files = await filesBelow(join(corpusFolder, from))
  const rest = chart === undefined ? {} : helm(chart)
  const outcome = await mustRender(renderer, request(files, path, { ...rest, tenant: from }))
  const { objects, problems } = normalise(outcome.manifests, { bundle: rig.bundle })
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  return objects.map(({ object }) => object)
}

/** Makes the namespaces that objects are in and that none of them makes. */
async function makeNamespaces(objects: readonly KubeObject[]): Promise<void> {
  const made = new Set(objects.flatMap(({ kind, metadata }) => (kind === 'Namespace' ? [metadata.name] : [])))
  const wanted = new Set(objects.flatMap(({ metadata: { namespace } }) => namespace ?? []))
  for (const name of wanted) {
    if (!made.has(name)) await server.kubectl('admin', ['create', 'namespace', name])
  }
}

test.each(corpus)(
  '$from: $path applies to a real server, all of it that the server serves $helm',
  async (one) => {
    const objects = await render(one.from, one.path, one.helm)
    await makeNamespaces(objects)
    const served = await servedKinds()
    const defined = new Set(
      objects.flatMap(({ kind, spec }) => {
        const { group = '', names } = (spec ?? {}) as { group?: string; names?: { kind?: string } }
        return kind === 'CustomResourceDefinition' ? [`${group}/${names?.kind ?? ''}`] : []
      }),
    )
    const kindOf = ({ apiVersion, kind }: KubeObject): string => `${groupOf(apiVersion)}/${kind}`
    const foreign = objects.filter((object) => !served.has(kindOf(object)) && !defined.has(kindOf(object)))
    const before = rig.bundleReport()?.desired.revision
    rig.declare(objects)
    const wanted = foreign.length === 0 ? 'applied' : 'failed'
    await rig.until('it was brought there as far as it goes', () => {
      const { phase = 'pending', desired } = rig.bundleReport() ?? {}
      if (desired?.revision === before) return false
      return phase === wanted || phase === 'failed' || phase === 'blocked'
    })
    await rig.engine.idle()
    // A namespace that an earlier source only needed is one that this source brings: its plan asks before it is taken.
    const asked = (await rig.plans()).filter(({ state }) => state === 'waiting')
    for (const { plan } of asked) await rig.decide(plan.id, 'approved')
    await rig.until('what was asked about is done', async () => {
      return (await rig.plans()).every(({ state }) => state !== 'waiting' && state !== 'approved')
    })
    await rig.engine.idle()
    const { phase, reason } = rig.bundleReport() ?? {}
    const told = rig.bundleReport()?.troubles.map(({ key, message }) => `${key}: ${message}`)
    expect([phase, phase === wanted ? undefined : [reason, told]]).toEqual([wanted, undefined])
    const troubles = rig.bundleReport()?.troubles ?? []
    expect(troubles.filter(({ code }) => code !== undefined && code !== 'no-such-kind')).toEqual([])
    expect(troubles.filter(({ code }) => code === 'no-such-kind')).toHaveLength(foreign.length)
    const held = new Set((await rig.journal.load()).inventories.get(rig.bundle)?.map(({ ref }) => keyed(ref)))
    for (const object of objects) {
      if (!foreign.includes(object)) expect(held).toContain(keyed(refOf(object)))
    }
    rig.declareAll([])
    await rig.engine.idle()
    await server.kubectl('admin', ['delete', leftovers, '--all', '-A', '--wait=false'])
  },
)

/** Without the namespace, which some of them do not name. */
function keyed({ group, kind, name }: ObjectRef): string {
  return `${group}/${kind} ${name}`
}

async function servedKinds(): Promise<Set<string>> {
  const text = await server.mustKubectl('admin', ['api-resources', '--no-headers', '-o', 'wide'])
  return new Set(
    text
      .trim()
      .split('\n')
      .map((line) => {
        const [, version = '', kind = ''] = /(\S+)\s+(?:true|false)\s+(\S+)/.exec(line) ?? []
        return `${groupOf(version)}/${kind}`
      }),
  )
}
