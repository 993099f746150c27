import { textOf } from '../../src/core/object/index.ts'
import type { Simulator } from '../../src/sim/index.ts'

/** Requests that simulated clusters answered. */
export interface ClusterCounts {
  readonly requests: number
  /** Requests that change something, dry runs left out. */
  readonly writes: number
  readonly dryRuns: number
  /** Lists, pages that go on with one left out, and watches that begin with a list. */
  readonly lists: number
  /** The most of them that one kind of one cluster was asked for. */
  readonly mostListsOfAKind: number
  /** Which kind that was. */
  readonly mostListed: string
  /** Watches that are open now, in all clusters. */
  readonly watches: number
}

const changing = new Set(['create', 'update', 'patch', 'apply', 'delete', 'deletecollection'])

/** Counts the requests of simulated clusters by their audit events. */
export class FleetCounts {
  readonly #simulator: Simulator
  readonly #lists = new Map<string, number>()
  #requests = 0
  #writes = 0
  #dryRuns = 0

  constructor(simulator: Simulator) {
    this.#simulator = simulator
    for (const name of simulator.names) {
      simulator.cluster(name).audit.subscribe((event) => {
        this.#requests += 1
        const { objectRef } = event
        const [uri, verb] = [textOf(event.requestURI), textOf(event.verb)]
        if (changing.has(verb)) {
          if (uri.includes('dryRun=All')) this.#dryRuns += 1
          else this.#writes += 1
        }
        const begins = verb === 'list' ? !uri.includes('continue=') : uri.includes('sendInitialEvents=true')
        if (!begins || typeof objectRef !== 'object' || objectRef === null) return
        const { resource, apiGroup = '' } = objectRef as { resource?: string; apiGroup?: string }
        const key = `${name} ${resource}.${apiGroup} ${new URLSearchParams(uri.split('?')[1]).get('labelSelector') ?? ''}`
        this.#lists.set(key, (this.#lists.get(key) ?? 0) + 1)
      })
    }
  }

  reset(): void {
    this.#lists.clear()
    this.#requests = 0
    this.#writes = 0
    this.#dryRuns = 0
  }

  get counts(): ClusterCounts {
    const [most = ['none', 0] as const] = [...this.#lists].toSorted(([, one], [, two]) => two - one)
    return {
      requests: this.#requests,
      writes: this.#writes,
      dryRuns: this.#dryRuns,
      lists: [...this.#lists.values()].reduce((sum, count) => sum + count, 0),
      mostListsOfAKind: most[1],
      mostListed: most[0],
      watches: this.#simulator.names.reduce(
        (sum, name) => sum + this.#simulator.cluster(name).faults.watches,
        0,
      ),
    }
  }
}
