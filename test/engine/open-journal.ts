import { mkdir } from 'node:fs/promises'
import type { PlanRecord } from '../../src/core/plan/index.ts'
import type { HubKeys } from '../../src/hub/keys/index.ts'
import { openStore } from '../../src/hub/store/index.ts'
import { systemClock } from '../../src/runtime/index.ts'
import type { Journal } from '../../src/spoke/index.ts'

/** The hub's own store in a folder, as the engine of one cluster sees it. */
export interface OpenedJournal {
  readonly journal: Journal
  plans(): Promise<readonly PlanRecord[]>
  decide(id: string, decision: 'approved' | 'rejected'): Promise<void>
  close(): Promise<void>
}

export async function openJournal(folder: string, cluster: string, keys: HubKeys): Promise<OpenedJournal> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const location = { kind: 'embedded', folder } as const
  const store = await openStore({ location, clock: systemClock, keys: () => Promise.resolve(keys) })
  return {
    journal: await store.openJournal(cluster),
    plans: async () => (await store.plans.page({}, 1_000)).items,
    async decide(id, decision) {
      await store.plans.decide(id, { decision, at: new Date().toISOString(), by: 'alice' })
    },
    close: () => store.close(),
  }
}
