import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { FleetOrders, FleetWord, Order, OrderName } from './fleet-orders.ts'

/** An event that a simulated cluster wrote. `at` by `Date.now()`, before it was stored. */
export interface Written {
  /** The number of the cluster, from 0. */
  readonly cluster: number
  readonly version: number
  readonly at: number
}

export function clusterNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `sim-${String(i).padStart(4, '0')}`)
}

/** Simulated clusters in a process of their own. */
export class SimulatedFleet {
  readonly names: readonly string[]
  readonly kubeconfig: string
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (answer: unknown) => void>()
  readonly #listeners = new Set<(written: Written) => void>()
  #ordered = 0

  /** Resolves once it serves. */
  static async start(clusters: number): Promise<SimulatedFleet> {
    const child = fork(join(import.meta.dirname, 'fleet-process.ts'), [String(clusters)], {
      execArgv: ['--max-old-space-size=16384'],
    })
    const kubeconfig = await new Promise<string>((resolve, reject) => {
      child.once('message', (word: FleetWord) => {
        if (word.kind === 'serving') resolve(word.kubeconfig)
      })
      child.once('exit', (code) => reject(new Error(`the simulated fleet ended with ${code}`)))
    })
    return new SimulatedFleet(clusterNames(clusters), kubeconfig, child)
  }

  private constructor(names: readonly string[], kubeconfig: string, child: ChildProcess) {
    this.names = names
    this.kubeconfig = kubeconfig
    this.#child = child
    child.on('message', (word: FleetWord) => this.#hear(word))
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  order<Name extends OrderName>(
    name: Name,
    ask: FleetOrders[Name]['ask'],
  ): Promise<FleetOrders[Name]['answer']> {
    this.#ordered += 1
    const order: Order = { id: this.#ordered, name, ask }
    return new Promise((resolve) => {
      // The process answers an order by its name.
      this.#waiting.set(order.id, resolve as (answer: unknown) => void)
      this.#child.send(order)
    })
  }

  onWritten(listener: (written: Written) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGKILL')
    await ended
  }

  #hear(word: FleetWord): void {
    if (word.kind === 'answer') {
      this.#waiting.get(word.id)?.(word.answer)
      this.#waiting.delete(word.id)
    }
    if (word.kind !== 'written') return
    for (const [cluster, version, at] of word.events) {
      for (const listener of this.#listeners) listener({ cluster, version, at })
    }
  }
}
