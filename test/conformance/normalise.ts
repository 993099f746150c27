import { canonicalJson, isList, isMap, type Json, type JsonMap } from '../../src/core/object/index.ts'
import type { Step } from './stage.ts'

const times: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'deletionTimestamp',
  'time',
  'lastTransitionTime',
  'lastUpdateTime',
])

/**
 * A transcript without what two servers never have in common. Identities, revisions and generated names become their
 * places of first appearance, so that equal ones stay equal, and so do hashes of templates; times become the fact that there is one; addresses and
 * ports of Services too. Owners of fields and causes of a refusal stand in one order: servers order the former by time,
 * whose seconds fall differently, and the latter by chance.
 */
export function normalise(steps: readonly Step[]): readonly Step[] {
  const places = new Map<string, string>()
  const placeOf = (sort: string, value: string): string => {
    const key = `${sort} ${value}`
    const place =
      places.get(key) ??
      `<${sort} ${[...places.keys()].filter((one) => one.startsWith(`${sort} `)).length + 1}>`
    places.set(key, place)
    return place
  }
  const visit = (value: Json, key: string): Json => {
    if (isMap(value)) return visitMap(value)
    if (isList(value))
      return ordered(
        key,
        value.map((one) => visit(one, key === 'clusterIPs' ? 'clusterIP' : key === 'cells' ? key : '')),
      )
    if (typeof value === 'string') {
      if (key === 'uid') return placeOf('uid', value)
      if (key === 'resourceVersion' && value !== '') return placeOf('revision', value)
      // The hash of a template is one of Go's memory, and says no more than which templates are equal.
      if (key === 'pod-template-hash') return placeOf('hash', value)
      if (times.has(key)) return '<time>'
      if (key === 'serverAddress') return '<address>'
      if (key === 'clusterIP' && value !== 'None' && value !== '') return placeOf('address', value)
      if (key === 'cells' && /^\d+s$/.test(value)) return '<age>'
    }
    if (key === 'nodePort') return '<port>'
    return value
  }
  const visitMap = (map: JsonMap): JsonMap => {
    const { generateName, name } = map
    if (typeof generateName === 'string' && typeof name === 'string' && name.startsWith(generateName)) {
      const suffix = name.slice(generateName.length)
      if (/^[bcdfghjklmnpqrstvwxz2456789]{5}$/.test(suffix)) placeOf('suffix', suffix)
    }
    const own = isList(map.items) || isList(map.rows) ? { ...map, metadata: listMetadata(map.metadata) } : map
    // What a server migrates its own store by is nobody else's.
    const { storageVersionHash: _, ...rest } = own
    const entries = Object.entries(rest).toSorted(([one], [other]) => (one < other ? -1 : 1))
    return Object.fromEntries(entries.map(([key, value]) => [key, visit(value, key)]))
  }
  const visited = steps.map(({ title, result }) => ({ title, result: visit(result, '') }))
  // What stands in a text may only later be seen in its own place.
  return visited.map(({ title, result }) => ({
    title: withPlaces(title, places),
    result: JSON.parse(withPlaces(JSON.stringify(result), places)) as Json,
  }))
}

/** A list has the revision of the server, which others move too, and a token that nobody may look into. */
function listMetadata(metadata: Json | undefined): JsonMap {
  if (!isMap(metadata)) return {}
  const { resourceVersion, continue: token, ...rest } = metadata
  return {
    ...rest,
    revision: resourceVersion !== undefined,
    continue: typeof token === 'string' && token !== '',
  }
}

function ordered(key: string, list: readonly Json[]): readonly Json[] {
  if (key !== 'managedFields' && key !== 'causes') return list
  return list.toSorted((one, other) => (canonicalJson(one) < canonicalJson(other) ? -1 : 1))
}

/** Identities and generated names stand inside texts too, and whole objects with their times and revisions. */
function withPlaces(text: string, places: ReadonlyMap<string, string>): string {
  let made = text
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>')
    .replaceAll(/(current: )\d+/g, '$1<revision>')
    .replaceAll(/(in record \()\d+\)/g, '$1<revision>)')
    .replaceAll(/(resourceVersion(?:\\+":\\+"|:))\d+/g, '$1<revision>')
  for (const [key, place] of places) {
    const [sort = '', value = ''] = key.split(' ')
    if (sort !== 'revision' && value.length > 4) made = made.replaceAll(value, place)
  }
  return made
}
