import { type JsonMap, mapOf, textOf } from '../../../src/core/object/index.ts'
import type { Case } from '../case.ts'
import { configMap } from '../manifests.ts'
import type { Stage } from '../stage.ts'

const configMaps = (on: Stage): string => on.at('v1', 'configmaps')
const settings = (on: Stage): string => `${configMaps(on)}/settings`
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io'

function revisionOf(object: JsonMap): string {
  return textOf(mapOf(object.metadata).resourceVersion)
}

async function changeOften(on: Stage): Promise<void> {
  await on.patch('merge', settings(on), { data: { b: '2' } })
  await on.patch('merge', settings(on), { data: { b: '2' } })
  await on.patch('merge', settings(on), { metadata: { labels: { a: 'b' } } })
  await on.delete(settings(on))
}

/** Watches: case 58 of the simulator's list. */
export const watchCases: readonly Case[] = [
  {
    title: '58: a watch from a revision tells what came after it',
    async play(on) {
      const made = await on.create(configMaps(on), configMap())
      await on.watch(`${configMaps(on)}?watch=true&resourceVersion=${revisionOf(made)}`, 3, () =>
        changeOften(on),
      )
    },
  },
  ...(['', '&resourceVersion=0'] as const).map(
    (revision): Case => ({
      title: `58: a watch "${revision}" begins with what there is`,
      async play(on) {
        await on.create(configMaps(on), configMap())
        await on.watch(`${configMaps(on)}?watch=true${revision}`, 4, () => changeOften(on))
      },
    }),
  ),
  {
    title: '58: an object enters and leaves a selection',
    async play(on) {
      const made = await on.create(configMaps(on), configMap())
      const path = `${configMaps(on)}?watch=true&labelSelector=a%3Db&resourceVersion=${revisionOf(made)}`
      await on.watch(path, 4, async () => {
        await on.patch('merge', settings(on), { metadata: { labels: { a: 'b' } } })
        await on.patch('merge', settings(on), { data: { c: '3' } })
        await on.patch('merge', settings(on), { metadata: { labels: { a: 'c' } } })
        await on.patch('merge', settings(on), { data: { d: '4' } })
        await on.patch('merge', settings(on), { metadata: { labels: { a: 'b' } } })
      })
    },
  },
  {
    title: '58: a watch of one name',
    async play(on) {
      const made = await on.create(configMaps(on), configMap())
      const path = `${configMaps(on)}?watch=true&fieldSelector=metadata.name%3Dsettings&resourceVersion=${revisionOf(made)}`
      await on.watch(path, 2, async () => {
        await on.create(configMaps(on), configMap({}, { name: 'other' }))
        await on.patch('merge', settings(on), { data: { c: '3' } })
        await on.delete(settings(on))
      })
    },
  },
  {
    title: '58: a watch as a table names its columns once',
    async play(on) {
      const made = await on.create(configMaps(on), configMap())
      const path = `${configMaps(on)}?watch=true&resourceVersion=${revisionOf(made)}`
      await on.watch(path, 3, () => changeOften(on), { accept: table })
    },
  },
  {
    title: '58: initial events, and the bookmark after them',
    async play(on) {
      await on.create(configMaps(on), configMap())
      const path = `${configMaps(on)}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`
      await on.watch(path, 2, () => Promise.resolve(), { bookmarks: true })
    },
  },
  {
    title: '58: a watch ends in time, and one that cannot be is refused',
    async play(on) {
      const nothing = () => Promise.resolve()
      await on.watch(`${configMaps(on)}?watch=true&resourceVersion=0&timeoutSeconds=1`, 1, nothing)
      await on.watch(`${configMaps(on)}?watch=true&resourceVersion=x`, 1, nothing)
      await on.watch(`${configMaps(on)}?watch=true&sendInitialEvents=true`, 1, nothing)
      await on.watch(`${configMaps(on)}?watch=true&timeoutSeconds=x`, 1, nothing)
      await on.watch(`${configMaps(on)}?watch=true&fieldSelector=a`, 1, nothing)
    },
  },
]
