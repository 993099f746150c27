import { type Client, createClient } from '../../api/index.ts'
import type { Environment } from '../output/terminal.ts'
import { type HubAddress, hubAddress } from './hub-address.ts'

/** Finds the hub and makes a client for it. Nothing is sent yet. */
export async function connectHub(
  named: string | undefined,
  environment: Environment,
): Promise<{ client: Client; address: HubAddress }> {
  const address = await hubAddress(named, environment)
  return { client: createClient({ url: address.url, token: address.token, fetch }), address }
}

/** All items of a list that the hub answers in pages. */
export async function allPages<Item, Answer extends { items: Item[]; next?: string | undefined }>(
  ask: (cursor: string | undefined) => Promise<Answer>,
): Promise<Answer> {
  const first = await ask(undefined)
  const items = [...first.items]
  let next = first.next
  while (next !== undefined) {
    const page = await ask(next)
    items.push(...page.items)
    next = page.next
  }
  return { ...first, items }
}
