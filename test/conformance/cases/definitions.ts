import { isMap, type JsonMap } from '../../../src/core/object/index.ts'
import type { Case } from '../case.ts'
import type { Stage } from '../stage.ts'

/** A version whose list of texts is of a kind. */
function version(name: string, listType: string, more: JsonMap): JsonMap {
  const list = { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': listType }
  const spec = { type: 'object', properties: { list, text: { type: 'string' } } }
  return {
    name,
    served: true,
    storage: false,
    schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
    ...more,
  }
}

function definition(group: string, versions: readonly JsonMap[]): JsonMap {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Thing', listKind: 'ThingList', plural: 'things', singular: 'thing' },
      versions,
    },
  }
}

/** Changes the definition, and waits until its custom resources are served by it. */
async function redefine(
  on: Stage,
  versions: readonly JsonMap[],
  isServed: (object: JsonMap) => boolean,
): Promise<void> {
  const group = `${on.namespace}.dev`
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.${group}`
  const contentType = 'application/merge-patch+json'
  const body = JSON.stringify({ spec: { versions } })
  const { status } = await on.quiet({ method: 'PATCH', path, contentType, body })
  if (status !== 200) throw new Error(`cannot change the definition: ${status}`)
  await on.until({ method: 'GET', path: `/apis/${group}` }, ({ body }) => isMap(body) && isServed(body))
}

/** Says that no object is stored in another version any more, as whoever migrated them would. */
async function storedOnlyAs(on: Stage, version: string): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.${on.namespace}.dev/status`
  const contentType = 'application/merge-patch+json'
  const body = JSON.stringify({ status: { storedVersions: [version] } })
  const { status } = await on.quiet({ method: 'PATCH', path, contentType, body })
  if (status !== 200) throw new Error(`cannot change the stored versions: ${status}`)
}

/** Owners of custom resources whose definition changes: case 55 of the simulator's list. */
export const definitionCases: readonly Case[] = [
  {
    title: '55: another version, and one that goes',
    async play(on) {
      const group = `${on.namespace}.dev`
      const at = (name: string) => on.at(`${group}/${name}`, 'things')
      const thing = (name: string, spec: JsonMap) => ({
        apiVersion: `${group}/${name}`,
        kind: 'Thing',
        metadata: { name: 'one' },
        spec,
      })
      await on.define(definition(group, [version('v1', 'atomic', { storage: true })]), at('v1'))
      await on.apply('one', `${at('v1')}/one`, thing('v1', { list: ['a', 'b'], text: 'x' }))
      const both = [version('v1', 'atomic', {}), version('v2', 'atomic', { storage: true })]
      await redefine(on, both, (document) => JSON.stringify(document).includes('"v2"'))
      await on.until({ method: 'GET', path: `${at('v2')}/one` }, ({ status }) => status === 200)
      await on.apply('two', `${at('v2')}/one`, thing('v2', { text: 'x' }))
      await on.apply('two', `${at('v2')}/one`, thing('v2', { text: 'y' }))
      await on.apply('one', `${at('v2')}/one`, thing('v2', { text: 'x', list: ['a', 'b'] }))
      await on.get(`${at('v1')}/one`)
      await storedOnlyAs(on, 'v2')
      const alone = version('v2', 'atomic', { storage: true })
      await redefine(on, [alone], (document) => !JSON.stringify(document).includes('.dev/v1"'))
      await on.until({ method: 'GET', path: `${at('v1')}/one` }, ({ status }) => status === 404)
      await on.patch('merge', `${at('v2')}/one`, { spec: { text: 'z' } }, { fieldManager: 'editor' })
      await on.apply('one', `${at('v2')}/one`, thing('v2', { text: 'x', list: ['a'] }))
      await on.apply('one', `${at('v2')}/one`, thing('v2', { text: 'x', list: ['a'] }), { force: 'true' })
    },
  },
  {
    title: '55: a list that becomes a set',
    async play(on) {
      const group = `${on.namespace}.dev`
      const all = on.at(`${group}/v1`, 'things')
      const thing = (list: readonly string[]) => ({
        apiVersion: `${group}/v1`,
        kind: 'Thing',
        metadata: { name: 'one' },
        spec: { list },
      })
      await on.define(definition(group, [version('v1', 'atomic', { storage: true })]), all)
      await on.apply('one', `${all}/one`, thing(['a', 'b']))
      await redefine(on, [version('v1', 'set', { storage: true })], () => true)
      // Two that say different members of a set agree; of a list that is one value they do not.
      const probe = JSON.stringify(thing(['c']))
      const path = `${all}/one?fieldManager=probe&dryRun=All`
      const contentType = 'application/apply-patch+yaml'
      await on.until({ method: 'PATCH', path, contentType, body: probe }, ({ status }) => status === 200)
      await on.apply('two', `${all}/one`, thing(['b', 'c']))
      await on.apply('one', `${all}/one`, thing(['a']))
      await on.patch('merge', `${all}/one`, { spec: { list: ['a', 'c', 'd'] } }, { fieldManager: 'editor' })
      await on.apply('two', `${all}/one`, thing(['c', 'c']))
    },
  },
]
