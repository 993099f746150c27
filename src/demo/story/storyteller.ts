import { reasonOf } from '../../core/failure.ts'
import { isMap, type Json, type JsonMap, textOf } from '../../core/object/index.ts'
import type { Clock } from '../../runtime/index.ts'
import { withKubectl } from '../fleet/cast.ts'
import type { DrawnCluster } from '../fleet/draw-fleet.ts'
import type { FleetRepository } from '../repository/fleet-repository.ts'
import type { DoorAnswer, SimDoor } from '../sim-door.ts'
import { type MirrorWebhook, serveMirrorWebhook, webhookName } from './mirror-webhook.ts'
import type { Act, Scene } from './scene.ts'
import { story } from './story.ts'

export interface StorytellerOptions {
  readonly seed: string
  readonly clusters: readonly DrawnCluster[]
  readonly door: SimDoor
  readonly repository: FleetRepository
  /** Time in the story; a test moves it. */
  readonly clock: Clock
  /** Told what happens. */
  readonly tell: (scene: Scene) => void
  /** Told what could not be played: the story goes on. */
  readonly onError: (message: string) => void
}

/** Between two looks of an operator that insists. */
const insistEveryMs = 5_000
/** Between two clusters that one person edits. */
const handMs = 150

/** Plays the story on a demo, scene after scene, until it is stopped. */
export class Storyteller {
  readonly #options: StorytellerOptions
  readonly #stopping = new AbortController()
  readonly #acting = new Set<Promise<void>>()
  readonly #telling: Promise<void>
  #webhook: Promise<MirrorWebhook> | undefined

  constructor(options: StorytellerOptions) {
    this.#options = options
    this.#telling = this.#tell()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#telling
    await Promise.all(this.#acting)
    await (await this.#webhook)?.close()
  }

  async #tell(): Promise<void> {
    const { seed, clusters, clock, tell } = this.#options
    const { signal } = this.#stopping
    const began = clock.now()
    for (const scene of story(seed, clusters)) {
      await clock.sleep(Math.max(0, began + scene.at - clock.now()), signal)
      if (signal.aborted) return
      tell(scene)
      const acting = this.#play(scene).finally(() => this.#acting.delete(acting))
      this.#acting.add(acting)
    }
  }

  async #play({ act, says }: Scene): Promise<void> {
    try {
      await this.#act(act)
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#options.onError(`${says}: ${reasonOf(error)}`)
    }
  }

  async #act(act: Act): Promise<void> {
    const { door, repository } = this.#options
    switch (act.kind) {
      case 'write':
        await this.#each(act.clusters, (cluster) => door.ask(cluster, act.as, act.request))
        return
      case 'faults':
        await this.#each(act.clusters, (cluster) =>
          door.control('PUT', `clusters/${cluster}/faults`, act.faults),
        )
        return
      case 'demand':
        await this.#each(act.clusters, (cluster) =>
          door.control('PUT', `clusters/${cluster}/demand`, act.demand),
        )
        return
      case 'commit':
        await repository.commit(act.change)
        return
      case 'insist':
        await this.#insist(act)
        return
      case 'webhook':
        await this.#setWebhook(act.clusters, act.installed)
        return
    }
  }

  /** One cluster after the other, as a person goes through them. What one refuses keeps no other from it. */
  async #each(clusters: readonly string[], ask: (cluster: string) => Promise<DoorAnswer>): Promise<void> {
    const { onError } = this.#options
    for (const cluster of clusters) {
      if (this.#stopping.signal.aborted) return
      try {
        const { code, body } = await ask(cluster)
        if (code >= 400) onError(`${cluster} answered ${code}: ${isMap(body) ? textOf(body['message']) : ''}`)
      } catch (error) {
        onError(`${cluster}: ${reasonOf(error)}`)
      }
      // A hand needs its time, and so do the machines; it is no part of the story's clock.
      await new Promise((done) => setTimeout(done, handMs))
    }
  }

  async #insist(act: Extract<Act, { kind: 'insist' }>): Promise<void> {
    const { clock, door } = this.#options
    const end = clock.now() + act.forMs
    const contentType = 'application/merge-patch+json'
    while (clock.now() < end && !this.#stopping.signal.aborted) {
      await this.#each(act.clusters, async (cluster) => {
        const found = await door.ask(cluster, act.as, { method: 'GET', path: act.path })
        if (found.code >= 400 || holds(found.body, act.patch)) return found
        return door.ask(cluster, act.as, { method: 'PATCH', path: act.path, body: act.patch, contentType })
      })
      await clock.sleep(insistEveryMs, this.#stopping.signal)
    }
  }

  async #setWebhook(clusters: readonly string[], installed: boolean): Promise<void> {
    const { door } = this.#options
    this.#webhook ??= serveMirrorWebhook()
    const { configuration } = await this.#webhook
    const path = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations'
    await this.#each(clusters, (cluster) =>
      installed
        ? door.ask(cluster, withKubectl('carol', 'create'), { method: 'POST', path, body: configuration })
        : door.ask(cluster, withKubectl('carol', 'delete'), {
            method: 'DELETE',
            path: `${path}/${webhookName}`,
          }),
    )
  }
}

/** True when `object` holds everything that `wanted` says. */
function holds(object: unknown, wanted: JsonMap): boolean {
  return Object.entries(wanted).every(([key, value]) => {
    const there: unknown = isMap(object) ? object[key] : undefined
    return isMap(value) ? holds(there, value) : (there as Json) === value
  })
}
