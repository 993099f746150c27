import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { KubeObject } from '../../src/core/object/index.ts'
import { systemClock, Turns } from '../../src/runtime/index.ts'
import { type Assignment, ClusterEngine } from '../../src/spoke/index.ts'
import { openJournal } from '../engine/open-journal.ts'
import { connectionBy, contentOf, testKeys } from '../engine/rig.ts'

/** What the process is told, as JSON in the file that its only argument names. */
export interface EngineOrder {
  readonly store: string
  readonly kubeconfig: string
  /** The renderings that are to be had; the last one is assigned. */
  readonly renderings: readonly (readonly KubeObject[])[]
  readonly assignment: Assignment
}

/** An engine in a process of its own, to be killed. It says `applied` when its bundle is. */
async function main(file: string): Promise<void> {
  const order = JSON.parse(await readFile(file, 'utf8')) as EngineOrder
  const { journal } = await openJournal(order.store, 'cluster-1', testKeys)
  const contents = order.renderings.map((objects) => contentOf(objects))
  const variant = contents.at(-1)?.variant ?? ''
  const engine = new ClusterEngine({
    name: 'cluster-1',
    connect: () => connectionBy(order.kubeconfig),
    ports: {
      journal,
      content: { content: (asked) => Promise.resolve(contents.find((one) => one.variant === asked)) },
      reports: {
        cluster: () => undefined,
        bundle: ({ phase }) => void process.stdout.write(`${phase}\n`),
        drift: () => undefined,
        event: () => undefined,
        object: () => undefined,
      },
      keys: testKeys.hash,
    },
    readOnly: () => undefined,
    sha256: (text) => createHash('sha256').update(text).digest(),
    clock: systemClock,
    turns: new Turns({ clock: systemClock, most: 1, isBusy: () => true }),
    onError: (what, error) => void process.stderr.write(`${what}: ${String(error)}\n`),
  })
  engine.start()
  engine.assign([{ ...order.assignment, variant }])
}

const [, , file = ''] = process.argv
await main(file)
