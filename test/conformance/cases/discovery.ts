import {
  isList,
  isMap,
  type Json,
  type JsonMap,
  mapOf,
  mapsOf,
  textOf,
} from '../../../src/core/object/index.ts'
import { withoutDescriptions } from '../../../tools/sim/read-version.ts'
import type { Case } from '../case.ts'
import { gadgets } from '../manifests.ts'
import type { Stage } from '../stage.ts'

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
const builtIn = /\.k8s\.io$|^[a-z]+$/

/** Names of the groups that a server brings along: tests define others on real servers. */
async function groups(on: Stage, title: string, accept: string): Promise<void> {
  const { status, contentType, body } = await on.quiet({ method: 'GET', path: '/apis', accept })
  const all = mapOf(body)
  const names = [...mapsOf(all.items), ...mapsOf(all.groups)].map(
    (one) => textOf(one.name) || textOf(mapOf(one.metadata).name),
  )
  on.note(title, {
    status,
    contentType,
    kind: textOf(all.kind),
    names: names.filter((name) => builtIn.test(name)),
  })
}

async function cached(on: Stage, path: string, accept: string): Promise<void> {
  const first = await on.quiet({ method: 'GET', path, accept })
  const again = await on.quiet({
    method: 'GET',
    path,
    accept,
    ...(first.etag === undefined ? {} : { ifNoneMatch: first.etag }),
  })
  on.note(`${path} again`, {
    contentType: first.contentType,
    etag: first.etag !== undefined,
    again: again.status,
  })
}

/** An OpenAPI document as far as clients go by it: what a patch takes, and the schemas. */
async function published(on: Stage, path: string): Promise<{ patches: JsonMap; schemas: JsonMap }> {
  const { body } = await on.quiet({ method: 'GET', path })
  const document = mapOf(withoutDescriptions(body))
  const patches = Object.entries(mapOf(document.paths)).flatMap(([at, item]) => {
    const { patch, parameters = null } = mapOf(item)
    if (!isMap(patch)) return []
    const { responses: _, ...taken } = patch
    return [[at, { ...taken, shared: parameters }]]
  })
  return {
    patches: Object.fromEntries(patches) as JsonMap,
    schemas: mapOf(mapOf(document.components).schemas),
  }
}

/** What a document says beyond types, by place: of lists and maps how they are merged, and of objects their kinds. */
function extensions(value: Json, place = ''): readonly (readonly [string, JsonMap])[] {
  if (isList(value)) return value.flatMap((one, i) => extensions(one, `${place}[${i}]`))
  if (!isMap(value)) return []
  const own = Object.entries(value).filter(([key]) => key.startsWith('x-kubernetes-'))
  const inner = Object.entries(value).flatMap(([key, one]) => extensions(one, `${place}.${key}`))
  return own.length === 0 ? inner : [[place, Object.fromEntries(own) as JsonMap], ...inner]
}

/** Discovery: cases 1 to 5 of the simulator's list; what it says is compared whole in `published.test.ts`. */
export const discoveryCases: readonly Case[] = [
  {
    title: '1: aggregated discovery, which is not sent twice',
    async play(on) {
      await groups(on, 'groups', aggregated)
      await groups(
        on,
        'groups as kubectl asks for them',
        `${aggregated},${aggregated.replace('v2', 'v2beta1')},application/json`,
      )
      await cached(on, '/api', aggregated)
    },
  },
  {
    title: '2: discovery for older clients',
    async play(on) {
      await groups(on, 'groups', 'application/json')
      for (const path of [
        '/api',
        '/api/v1',
        '/apis/apps',
        '/apis/apps/v1',
        '/apis/batch/v1',
        '/apis/rbac.authorization.k8s.io/v1',
      ]) {
        await on.get(path)
      }
      await on.get('/apis/nothing.example.dev')
      await on.get('/apis/apps/v9')
      await on.get('/api/v9')
      await on.get('/apis/apps/v1/nothings')
      await on.get(on.at('apps/v1', 'nothings'))
    },
  },
  {
    title: '3: a form that nobody has is refused',
    async play(on) {
      for (const path of ['/apis', '/apis/apps/v1', on.at('v1', 'configmaps'), on.at('v1', 'configmaps/a')]) {
        await on.send(`${path} as CSV`, { method: 'GET', path, accept: 'text/csv' })
      }
    },
  },
  {
    title: '4: OpenAPI documents are named with their hash',
    async play(on) {
      const { body } = await on.quiet({ method: 'GET', path: '/openapi/v3' })
      const paths = mapOf(mapOf(body).paths)
      on.note(
        'built-in documents',
        Object.keys(paths)
          .filter((path) => builtIn.test(path.split('/')[1] ?? ''))
          .toSorted(),
      )
      const address = textOf(mapOf(paths['apis/apps/v1']).serverRelativeURL)
      on.note('the address', /\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]+$/.test(address))
      await cached(on, '/openapi/v3/apis/apps/v1', 'application/json')
    },
  },
  {
    title: '5: what a patch of apps/v1 takes, and how its lists are merged',
    async play(on) {
      const { patches, schemas } = await published(on, '/openapi/v3/apis/apps/v1')
      on.note('patches', patches)
      on.note('extensions', Object.fromEntries(extensions(schemas)) as JsonMap)
    },
  },
  {
    title: '5: what is published of custom resources',
    async play(on) {
      const group = `${on.namespace}.dev`
      await on.define(gadgets(group), on.at(`${group}/v1`, 'gadgets'))
      const path = `/openapi/v3/apis/${group}/v1`
      await on.until({ method: 'GET', path }, ({ status }) => status === 200)
      const { patches, schemas } = await published(on, path)
      on.note('patches', patches)
      on.note('schemas', schemas)
      const { body } = await on.quiet({ method: 'GET', path: '/openapi/v3' })
      on.note('in the index', Object.keys(mapOf(mapOf(body).paths)).includes(`apis/${group}/v1`))
    },
  },
  {
    title: 'what says that a server is well, and which it is',
    async play(on) {
      for (const path of ['/healthz', '/livez', '/readyz']) await on.get(path)
      const { body } = await on.quiet({ method: 'GET', path: '/version' })
      const { major, minor, gitVersion } = mapOf(body)
      on.note('version', { major: textOf(major), minor: textOf(minor), gitVersion: textOf(gitVersion) })
      await on.get('/nothing')
    },
  },
]
