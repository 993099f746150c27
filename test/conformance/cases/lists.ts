import { mapOf, textOf } from '../../../src/core/object/index.ts'
import type { Case } from '../case.ts'
import { configMap, deployment } from '../manifests.ts'
import type { Stage } from '../stage.ts'

const configMaps = (on: Stage): string => on.at('v1', 'configmaps')

async function many(on: Stage, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const labels = { half: String(index % 2) }
    await on.quiet({
      method: 'POST',
      path: configMaps(on),
      contentType: 'application/json',
      body: JSON.stringify(
        configMap({ a: String(index) }, { name: `n${String(index).padStart(2, '0')}`, labels }),
      ),
    })
  }
}

/** Lists: case 57 of the simulator's list. */
export const listCases: readonly Case[] = [
  {
    title: '57: pages of one revision while others write',
    async play(on) {
      await many(on, 12)
      const first = await on.get(`${configMaps(on)}?limit=5`)
      const token = textOf(mapOf(first.metadata).continue)
      await on.quiet({ method: 'DELETE', path: `${configMaps(on)}/n07` })
      await on.quiet({
        method: 'POST',
        path: configMaps(on),
        contentType: 'application/json',
        body: JSON.stringify(configMap({}, { name: 'n06a' })),
      })
      const next = (continues: string) =>
        on.sendAs('the next page', `${configMaps(on)}?limit=5&continue=${encodeURIComponent(continues)}`)
      const second = await next(token)
      await next(textOf(mapOf(second.metadata).continue))
      await on.get(`${configMaps(on)}?limit=5&labelSelector=half%3D1`)
      await on.sendAs(
        'a token with a revision',
        `${configMaps(on)}?continue=${encodeURIComponent(token)}&resourceVersion=5`,
      )
      await on.get(`${configMaps(on)}?limit=5&continue=nonsense`)
    },
  },
  {
    title: '57: revisions that a list may ask for',
    async play(on) {
      await many(on, 3)
      const list = await on.get(configMaps(on))
      const revision = textOf(mapOf(list.metadata).resourceVersion)
      await on.create(configMaps(on), configMap())
      const ask = (title: string, query: string) => on.sendAs(title, `${configMaps(on)}?${query}`)
      await ask('exactly', `resourceVersion=${revision}&resourceVersionMatch=Exact`)
      await ask('not older', `resourceVersion=${revision}&resourceVersionMatch=NotOlderThan`)
      await ask('any', 'resourceVersion=0')
      await ask('too large', 'resourceVersion=999999999&resourceVersionMatch=NotOlderThan')
      await ask('exactly what is too large', 'resourceVersion=999999999&resourceVersionMatch=Exact')
      await ask('a match without a revision', 'resourceVersionMatch=Exact')
      await ask('exactly any', 'resourceVersion=0&resourceVersionMatch=Exact')
      await ask('an unknown match', 'resourceVersion=1&resourceVersionMatch=Sometimes')
      await ask('no revision', 'resourceVersion=x')
      await ask('no limit', 'limit=x')
      await ask('initial events of a list', 'sendInitialEvents=true')
    },
  },
  {
    title: '57: selectors',
    async play(on) {
      await many(on, 4)
      const ask = (query: string) => on.get(`${configMaps(on)}?${query}`)
      await ask('labelSelector=half')
      await ask('labelSelector=half%21%3D1')
      await ask('labelSelector=half+in+%280%2C2%29')
      await ask('labelSelector=%21half')
      await ask('labelSelector=half%3D%3D%3D')
      await ask('labelSelector=a+b')
      await ask('fieldSelector=metadata.name%3Dn01')
      await ask('fieldSelector=metadata.name%21%3Dn01')
      await ask('fieldSelector=spec.nothing%3Da')
      await ask('fieldSelector=x')
      await on.create(on.at('apps/v1', 'deployments'), deployment())
      await on.get(`${on.at('apps/v1', 'deployments')}?fieldSelector=metadata.namespace%3D${on.namespace}`)
      await on.get(on.at('apps/v1', 'replicasets'))
    },
  },
]
