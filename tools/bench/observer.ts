import { Client } from 'undici'
import type { KubeObject } from '../../src/core/object/index.ts'
import type { AttachedApiServer } from '../../tools/kubernetes/index.ts'

/** A live state as the observer got it. `at` by `performance.now()`, when its bytes arrived. */
export interface Sighting {
  readonly key: string
  readonly object: KubeObject
  readonly deleted: boolean
  readonly at: number
}

export function keyOfObject({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`
}

const longestWaitMs = 600_000

/**
 * Watches one collection of an API server by itself, with a connection of its own: when something is true of
 * the cluster is said by the cluster, never by what is measured.
 */
export class Observer {
  readonly #client: Client
  readonly #headers: Readonly<Record<string, string>>
  readonly #path: string
  readonly #live = new Map<string, KubeObject>()
  readonly #listeners = new Set<(sighting: Sighting) => void>()
  readonly #ended = new AbortController()
  #version = ''
  #running: Promise<void> = Promise.resolve()
  #failure: Error | undefined

  /** `path`: of the collection, with its selectors. Resolves once the watch stands. */
  static async open(server: AttachedApiServer, path: string): Promise<Observer> {
    const observer = new Observer(server, path)
    await observer.#list()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    observer.#running = observer.#follow(resolve).catch((error: unknown) => {
      observer.#failure = error instanceof Error ? error : new Error(String(error))
      reject(observer.#failure)
    })
    await promise
    return observer
  }

  private constructor(server: AttachedApiServer, path: string) {
    this.#client = new Client(server.url, {
      connect: { ca: server.caPem },
      allowH2: false,
      bodyTimeout: 0,
      pipelining: 1,
    })
    this.#headers = { authorization: `Bearer ${server.token('admin')}`, accept: 'application/json' }
    this.#path = path
  }

  get(key: string): KubeObject | undefined {
    return this.#live.get(key)
  }

  /** Calls the listener for every sighting from now on; the answer ends that. */
  subscribe(listener: (sighting: Sighting) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Resolves when every key was seen in a state that `holds`, with when the first and the last of them were.
   * What holds already counts as seen now. Throws after ten minutes, naming how many are missing.
   */
  async until(
    keys: readonly string[],
    holds: (object: KubeObject) => boolean,
  ): Promise<{ first: number; last: number }> {
    const left = new Set(keys)
    let first = Number.POSITIVE_INFINITY
    let last = Number.NEGATIVE_INFINITY
    const saw = (key: string, object: KubeObject, at: number): boolean => {
      if (!left.has(key) || !holds(object)) return false
      left.delete(key)
      first = Math.min(first, at)
      last = Math.max(last, at)
      return left.size === 0
    }
    for (const key of keys) {
      const live = this.#live.get(key)
      if (live !== undefined && saw(key, live, performance.now())) return { first, last }
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const end = this.subscribe((sighting) => {
      if (!sighting.deleted && saw(sighting.key, sighting.object, sighting.at)) resolve()
    })
    const timer = setTimeout(() => {
      reject(this.#failure ?? new Error(`${left.size} of ${keys.length} objects were never as expected`))
    }, longestWaitMs)
    try {
      await promise
    } finally {
      clearTimeout(timer)
      end()
    }
    return { first, last }
  }

  async close(): Promise<void> {
    this.#ended.abort()
    await this.#running
    await this.#client.destroy()
  }

  async #list(): Promise<void> {
    const answer = await this.#client.request({ method: 'GET', path: this.#path, headers: this.#headers })
    const list = (await answer.body.json()) as { items: KubeObject[]; metadata: { resourceVersion: string } }
    this.#version = list.metadata.resourceVersion
    for (const item of list.items) this.#live.set(keyOfObject(item), item)
  }

  async #follow(started: () => void): Promise<void> {
    while (!this.#ended.signal.aborted) {
      try {
        const separator = this.#path.includes('?') ? '&' : '?'
        const answer = await this.#client.request({
          method: 'GET',
          path: `${this.#path}${separator}watch=1&allowWatchBookmarks=true&resourceVersion=${this.#version}`,
          headers: this.#headers,
          signal: this.#ended.signal,
        })
        if (answer.statusCode !== 200)
          throw new Error(`watch: ${answer.statusCode} ${await answer.body.text()}`)
        started()
        let rest = ''
        answer.body.setEncoding('utf8')
        for await (const chunk of answer.body as AsyncIterable<string>) {
          const at = performance.now()
          const parts = (rest + chunk).split('\n')
          rest = parts.pop() ?? ''
          for (const line of parts) this.#take(line, at)
        }
      } catch (error) {
        if (!this.#ended.signal.aborted) throw error
      }
    }
  }

  #take(line: string, at: number): void {
    const { type, object } = JSON.parse(line) as { type: string; object: KubeObject }
    if (type === 'ERROR') throw new Error(`watch: ${line}`)
    this.#version = object.metadata.resourceVersion ?? this.#version
    if (type === 'BOOKMARK') return
    const key = keyOfObject(object)
    const deleted = type === 'DELETED'
    if (deleted) this.#live.delete(key)
    else this.#live.set(key, object)
    for (const listener of this.#listeners) listener({ key, object, deleted, at })
  }
}
