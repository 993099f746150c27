import { toBase64 } from '../../core/encoding/index.ts'
import { applySetId, type InventoryEntry } from '../../core/inventory/index.ts'
import { valueAt, type KubeObject } from '../../core/object/index.ts'
import { isKubeFailure, type ResourceRef } from '../../kube/index.ts'
import { SpokeFailure } from '../failure.ts'
import { applySetIdLabel, epochAnnotation, fieldManager, systemNamespace } from '../names.ts'
import type { Session } from '../session/index.ts'
import { decodeInventory, encodeInventory, inventoryShards } from './inventory-text.ts'

const configMaps: ResourceRef = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
}
const namespaces: ResourceRef = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
}

/** What is kept of the parent as it was last seen: a fleet has one for each bundle of each cluster. */
interface Parent {
  readonly uid: string | undefined
  readonly resourceVersion: string | undefined
  readonly epoch: number
}

/**
 * The parent object of one bundle's apply set (KEP-3659): it holds the inventory for another hub, and the
 * fencing epoch that every batch of writes compares first. A ConfigMap in `evenkeel-system`, named after the
 * bundle.
 */
export class ApplySet {
  readonly id: string
  readonly #bundle: string
  readonly #epoch: number
  readonly #sha256: (text: string) => Uint8Array
  #parent: Parent | undefined
  /** A digest of the inventory that stands in the cluster. */
  #written: string | undefined
  #shards = 1

  constructor(bundle: string, sha256: (text: string) => Uint8Array, epoch: number) {
    this.#bundle = bundle
    this.id = applySetId({ group: '', kind: 'ConfigMap', namespace: systemNamespace, name: bundle }, sha256)
    this.#sha256 = sha256
    this.#epoch = epoch
  }

  /**
   * Writes the inventory, which is also the fence of the batch that follows. An inventory that is known to
   * stand there already costs one compare. Throws `fenced` when a later epoch holds the set.
   */
  async record(session: Session, entries: readonly InventoryEntry[]): Promise<void> {
    const texts = inventoryShards(encodeInventory(entries))
    const digest = this.#digestOf(texts)
    if (this.#parent !== undefined && this.#written === digest) return await this.fence(session)
    if (texts.length > 1) await this.fence(session)
    for (const [number, shard] of texts.entries()) {
      if (number > 0) await this.#writeShard(session, number, shard)
    }
    await this.#writeParent(session, entries, texts[0] ?? '', texts.length)
    this.#written = digest
    this.#shards = texts.length
  }

  /** Writes the inventory after a batch, where it is not the one that stands there: nothing is left to fence. */
  async keep(session: Session, entries: readonly InventoryEntry[]): Promise<void> {
    const digest = this.#digestOf([encodeInventory(entries)])
    if (this.#parent === undefined || this.#written !== digest) await this.record(session, entries)
  }

  /**
   * Compares the epoch, and the parent's uid, without changing anything: no other cluster has an object of that uid.
   * Claims the set where an earlier epoch held it.
   */
  async fence(session: Session): Promise<void> {
    if (this.#parent?.epoch !== this.#epoch) {
      await this.#claim(session)
      return
    }
    const pointer = `/metadata/annotations/${epochAnnotation.replaceAll('/', '~1')}`
    try {
      await session.client.patch(
        configMaps,
        systemNamespace,
        this.#bundle,
        'json',
        [
          { op: 'test', path: '/metadata/uid', value: this.#parent.uid ?? '' },
          { op: 'test', path: pointer, value: String(this.#epoch) },
        ],
        { manager: fieldManager },
      )
    } catch (error) {
      if (!isKubeFailure(error, 'invalid', 'conflict', 'not-found')) throw error
      await session.sameCluster()
      this.#parent = undefined
      await this.#claim(session)
    }
  }

  /** The inventory that stands in the cluster, for an engine whose journal has none; undefined without parent. */
  async read(session: Session): Promise<InventoryEntry[] | undefined> {
    const parent = await session.client.get(configMaps, systemNamespace, this.#bundle)
    if (parent === undefined) return undefined
    this.#parent = parentOf(parent)
    const texts = [inventoryOf(parent)]
    const shards = Number(valueAt(parent, 'data', 'shards') ?? 1)
    for (let number = 1; number < shards; number++) {
      const shard = await session.client.get(configMaps, systemNamespace, shardName(this.#bundle, number))
      if (shard === undefined) {
        throw new SpokeFailure(
          'no-content',
          `bundle ${this.#bundle}: the recorded inventory is incomplete: shard ${number} of ${shards} is gone`,
          { hint: 'nothing is pruned until the inventory is written again by the next apply' },
        )
      }
      texts.push(inventoryOf(shard))
    }
    this.#written = this.#digestOf(texts)
    this.#shards = shards
    return decodeInventory(texts.join(''))
  }

  /** Removes the parent of a set that has no members any more. */
  async remove(session: Session): Promise<void> {
    await this.fence(session)
    for (let number = this.#shards - 1; number >= 0; number--) {
      const name = number === 0 ? this.#bundle : shardName(this.#bundle, number)
      const live = await session.client.get(configMaps, systemNamespace, name)
      if (live?.metadata.uid === undefined) continue
      await session.client.delete(configMaps, systemNamespace, name, { uid: live.metadata.uid })
    }
    this.#parent = undefined
    this.#written = undefined
  }

  async #claim(session: Session): Promise<void> {
    const entries = (await this.read(session)) ?? []
    if (this.#parent?.epoch === this.#epoch) return
    const texts = inventoryShards(encodeInventory(entries))
    await this.#writeParent(session, entries, texts[0] ?? '', texts.length)
    this.#written = this.#digestOf(texts)
  }

  #digestOf(texts: readonly string[]): string {
    return toBase64(this.#sha256(texts.join('')))
  }

  async #writeParent(
    session: Session,
    entries: readonly InventoryEntry[],
    inventory: string,
    shards: number,
  ): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      // A set whose members were never applied is new: creating it finds out whether it is there all the same.
      const unseen = attempt === 0 && entries.every(({ uid }) => uid === undefined)
      const known = this.#parent ?? (unseen ? undefined : await this.#readParent(session))
      if (known !== undefined) this.#refuseLaterEpoch(known)
      try {
        this.#parent = parentOf(await this.#putParent(session, known, entries, inventory, shards))
        return
      } catch (error) {
        // Somebody else wrote in between: look again, and stop if it was a later epoch.
        const raced = isKubeFailure(error, 'conflict', 'already-exists', 'not-found')
        if (!raced || attempt >= 5) throw error
        await session.sameCluster()
        this.#parent = undefined
      }
    }
  }

  async #readParent(session: Session): Promise<Parent | undefined> {
    const found = await session.client.get(configMaps, systemNamespace, this.#bundle)
    return found === undefined ? undefined : parentOf(found)
  }

  async #putParent(
    session: Session,
    known: Parent | undefined,
    entries: readonly InventoryEntry[],
    inventory: string,
    shards: number,
  ): Promise<KubeObject> {
    const object: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: this.#bundle,
        namespace: systemNamespace,
        labels: { [applySetIdLabel]: this.id },
        annotations: {
          'applyset.kubernetes.io/tooling': 'evenkeel/0.1.0',
          'applyset.kubernetes.io/contains-group-kinds': groupKinds(entries),
          'applyset.kubernetes.io/additional-namespaces': memberNamespaces(entries),
          [epochAnnotation]: String(this.#epoch),
        },
        ...(known?.uid === undefined ? {} : { uid: known.uid }),
        ...(known?.resourceVersion === undefined ? {} : { resourceVersion: known.resourceVersion }),
      },
      data: { inventory, shards: String(shards) },
    }
    const options = { manager: fieldManager }
    if (known !== undefined) return (await session.client.replace(configMaps, object, options)).object
    try {
      return (await session.client.create(configMaps, object, options)).object
    } catch (error) {
      if (!isKubeFailure(error, 'not-found')) throw error
      await ensureSystemNamespace(session)
      return (await session.client.create(configMaps, object, options)).object
    }
  }

  async #writeShard(session: Session, number: number, inventory: string): Promise<void> {
    const object: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: shardName(this.#bundle, number), namespace: systemNamespace },
      data: { inventory },
    }
    await session.client.apply(configMaps, object, { manager: fieldManager, force: true })
  }

  #refuseLaterEpoch({ epoch }: Parent): void {
    if (epoch <= this.#epoch) return
    throw new SpokeFailure(
      'fenced',
      `bundle ${this.#bundle}: cannot write: epoch ${this.#epoch} was replaced by epoch ${epoch}`,
      { hint: 'another hub or agent keeps this cluster now; stop this one, or let it connect anew' },
    )
  }
}

async function ensureSystemNamespace(session: Session): Promise<void> {
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: systemNamespace, labels: { 'app.kubernetes.io/managed-by': 'evenkeel' } },
  }
  await session.client.apply(namespaces, object, { manager: fieldManager, force: false })
}

function inventoryOf(object: KubeObject): string {
  const text = valueAt(object, 'data', 'inventory')
  return typeof text === 'string' ? text : ''
}

function parentOf({ metadata }: KubeObject): Parent {
  const epoch = Number(metadata.annotations?.[epochAnnotation] ?? 0)
  const { uid, resourceVersion } = metadata
  return { uid, resourceVersion, epoch: Number.isSafeInteger(epoch) ? epoch : 0 }
}

function shardName(bundle: string, number: number): string {
  return `${bundle}.inventory-${number}`
}

/** KEP-3659: `Deployment.apps,Namespace`, sorted. */
function groupKinds(entries: readonly InventoryEntry[]): string {
  const kinds = entries.map(({ ref }) => (ref.group === '' ? ref.kind : `${ref.kind}.${ref.group}`))
  return [...new Set(kinds)].sort().join(',')
}

function memberNamespaces(entries: readonly InventoryEntry[]): string {
  return [...new Set(entries.map(({ ref }) => ref.namespace))]
    .filter((namespace) => namespace !== '' && namespace !== systemNamespace)
    .sort()
    .join(',')
}
