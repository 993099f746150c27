import { beforeAll, describe, expect, inject, test } from 'vitest'
import { isList, isMap, type Json, type JsonMap } from '../../src/core/object/index.ts'
import { openReleases, type PublishedRelease } from '../../src/sim/data/index.ts'
import { attachApiServer } from '../../tools/kubernetes/index.ts'
import { type PublishedVersion, readVersion } from '../../tools/sim/read-version.ts'

describe.for(inject('clusters'))('Kubernetes $version', (address) => {
  let real: PublishedVersion
  let ours: PublishedRelease

  beforeAll(async () => {
    real = await readVersion(await attachApiServer(address))
    ours = (await openReleases()).release(address.version)
  })

  test('serves the kinds, verbs and names that the data say', () => {
    const wanted = { core: groupsIn(real.discovery.core), groups: groupsIn(real.discovery.groups) }
    const found = { core: groupsIn(ours.discovery.core), groups: groupsIn(ours.discovery.groups) }
    // Other tests define kinds of their own on these servers.
    expect(found).toEqual({
      core: wanted.core,
      groups: wanted.groups.filter(([name]) => found.groups.some(([one]) => one === name)),
    })
    expect(wanted.groups.filter(([name]) => /\.k8s\.io$|^[a-z]+$/.test(name)).length).toBe(
      found.groups.length,
    )
  })

  test('has the schemas and the patches that the data say', () => {
    expect(ours.openApi.size).toBeGreaterThan(40)
    for (const [path, bytes] of ours.openApi) {
      const found = JSON.parse(Buffer.from(bytes).toString('utf8')) as JsonMap
      const wanted = real.documents[path] ?? {}
      expect([path, schemasIn(found)]).toEqual([path, schemasIn(wanted)])
      expect([path, patchesIn(found)]).toEqual([path, patchesIn(wanted)])
    }
  })
})

function groupsIn({ items }: JsonMap): readonly (readonly [string, Json])[] {
  const groups = isList(items) ? items.filter(isMap) : []
  return groups.map((group) => {
    const name = isMap(group.metadata) ? group.metadata.name : ''
    return [typeof name === 'string' ? name : '', group.versions ?? null] as const
  })
}

function schemasIn({ components }: JsonMap): Json {
  return isMap(components) ? (components.schemas ?? {}) : {}
}

function patchesIn({ paths }: JsonMap): readonly Json[] {
  const items = Object.entries(isMap(paths) ? paths : {})
  return items.flatMap(([path, item]) => {
    if (!isMap(item) || !isMap(item.patch)) return []
    const { responses: _, ...patch } = item.patch
    return [[path, patch, item.parameters ?? null]]
  })
}
