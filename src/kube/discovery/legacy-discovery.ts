import { reasonOf } from '../../core/failure.ts'
import { isMap, type JsonMap } from '../../core/object/index.ts'
import { badAnswer, jsonOf, type RequestSubject } from '../answer/index.ts'
import type { ApiResource } from '../api-resource.ts'
import type { Exchange } from '../exchange.ts'
import { maps, text, texts, type Told } from './discovery-document.ts'
import type { DiscoveryGap } from './discovery.ts'

/** The core group, where `/api` answers with an APIVersions document. */
export function legacyCore(exchange: Exchange, body: JsonMap): Promise<Told> {
  return all(
    exchange,
    texts(body.versions).map((version) => ({ group: '', version, path: `/api/${version}` })),
  )
}

/** All other groups, where `/apis` answers with an APIGroupList; preferred versions come first. */
export function legacyGroups(exchange: Exchange, body: JsonMap): Promise<Told> {
  const wanted = maps(body.groups).flatMap((group) => {
    const name = text(group.name) ?? ''
    const preferred = isMap(group.preferredVersion) ? text(group.preferredVersion.version) : undefined
    const versions = maps(group.versions).flatMap((one) => text(one.version) ?? [])
    const ordered = [...versions].sort((a, b) => Number(b === preferred) - Number(a === preferred))
    return ordered.map((version) => ({ group: name, version, path: `/apis/${name}/${version}` }))
  })
  return all(exchange, wanted)
}

interface Wanted {
  readonly group: string
  readonly version: string
  readonly path: string
}

async function all(exchange: Exchange, wanted: readonly Wanted[]): Promise<Told> {
  const failed: DiscoveryGap[] = []
  const told = await Promise.all(
    wanted.map(async (one) => {
      try {
        return await groupVersion(exchange, one)
      } catch (error) {
        failed.push({
          groupVersion: one.group === '' ? one.version : `${one.group}/${one.version}`,
          message: reasonOf(error),
        })
        return []
      }
    }),
  )
  return { resources: told.flat(), failed }
}

async function groupVersion(exchange: Exchange, { group, version, path }: Wanted): Promise<ApiResource[]> {
  const subject: RequestSubject = { name: path.slice(1), action: 'discover', secret: false }
  const body = jsonOf(await exchange.call({ method: 'GET', path, subject, idempotent: true }), subject)
  if (body.kind !== 'APIResourceList') throw badAnswer(subject, 'the answer is no APIResourceList')
  const entries = maps(body.resources)
  return entries.flatMap((entry) => {
    const plural = text(entry.name)
    const kind = text(entry.kind)
    if (plural === undefined || kind === undefined || plural.includes('/')) return []
    return {
      group,
      version,
      kind,
      plural,
      singular: text(entry.singularName) ?? '',
      namespaced: entry.namespaced === true,
      verbs: texts(entry.verbs),
      shortNames: texts(entry.shortNames),
      categories: texts(entry.categories),
      subresources: entries.flatMap((other) => {
        const name = text(other.name) ?? ''
        return name.startsWith(`${plural}/`) ? name.slice(plural.length + 1) : []
      }),
    }
  })
}
