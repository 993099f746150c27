import type { Client } from '../../api/index.ts'
import { nearest } from '../../core/nearest.ts'
import { cliFailure } from '../cli-failure.ts'

/**
 * Makes sure that the hub knows every cluster that was named: a name that it does not know would otherwise look like a
 * cluster without anything to say. Throws `usage` with the nearest name.
 */
export async function checkClusterNames(client: Client, names: readonly string[] | undefined): Promise<void> {
  if (names === undefined) return
  const { items } = await client.identities({ query: { cluster: [...names] } })
  const known = new Set(items.map((one) => one.cluster))
  const unknown = names.find((name) => !known.has(name))
  if (unknown === undefined) return
  const all = await client.names({ query: { of: 'clusters' } })
  const near = nearest(unknown, all.names)
  throw cliFailure('usage', `cluster ${unknown}: the hub does not know it`, {
    hint: near === undefined ? 'see ek get clusters' : `did you mean ${near}?`,
  })
}
