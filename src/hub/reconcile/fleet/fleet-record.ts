import { z } from 'zod'
import type { Access, Bundle, Cluster, Environment, Fleet, Rollout } from '../../../core/kinds/index.ts'
import type { Problem } from '../../../core/problem.ts'
import type { Declared, FleetModel } from '../../fleet/index.ts'
import type { Store } from '../../store/index.ts'

/** The fleet in force, as it is kept: a start without Git goes on from here. */
export interface FleetRecord {
  readonly model: FleetModel
  readonly revision: string
  readonly loadedAt: string
  readonly problems: readonly Problem[]
}

const pointerSchema = z.object({ content: z.string(), revision: z.string(), loadedAt: z.string() })

/** The fleet that was in force last; undefined when there was none. */
export async function loadFleetRecord(store: Store): Promise<FleetRecord | undefined> {
  const text = await store.readMeta('fleet')
  if (text === undefined) return undefined
  const { content, revision, loadedAt } = pointerSchema.parse(JSON.parse(text))
  const body = await store.content.load(content)
  if (body === undefined) return undefined
  // What the hub wrote, under a digest that is encrypted with it.
  const { model, problems } = JSON.parse(body) as { model: FlatModel; problems: Problem[] }
  return { model: inflate(model), revision, loadedAt, problems }
}

/** Makes a fleet the one in force. Resolves when it is durable. */
export async function saveFleetRecord(store: Store, record: FleetRecord): Promise<void> {
  const { model, revision, loadedAt, problems } = record
  const body = JSON.stringify({ model: flatten(model), problems })
  const content = `fleet:${revision}:${store.keys.hash.hash128(body)}`
  await store.content.save(content, body)
  await store.writeMeta('fleet', JSON.stringify({ content, revision, loadedAt }))
}

/** The name of the content that the fleet in force is kept under. */
export async function fleetContentName(store: Store): Promise<string | undefined> {
  const text = await store.readMeta('fleet')
  return text === undefined ? undefined : pointerSchema.parse(JSON.parse(text)).content
}

/** A model as JSON has it: maps as lists of their entries. */
interface FlatModel {
  readonly folder: string
  readonly fleet?: Declared<Fleet>
  readonly environments: (readonly [string, Declared<Environment>])[]
  readonly clusters: (readonly [string, Declared<Cluster>])[]
  readonly bundles: (readonly [string, Declared<Bundle>])[]
  /** Not in records that were written before there were rollouts. */
  readonly rollouts?: (readonly [string, Declared<Rollout>])[]
  /** Not in records that were written before there were roles. */
  readonly access?: (readonly [string, Declared<Access>])[]
}

function flatten(model: FleetModel): FlatModel {
  const { folder, fleet } = model
  return {
    folder,
    ...(fleet === undefined ? {} : { fleet }),
    environments: [...model.environments],
    clusters: [...model.clusters],
    bundles: [...model.bundles],
    rollouts: [...model.rollouts],
    access: [...model.access],
  }
}

function inflate(flat: FlatModel): FleetModel {
  return {
    folder: flat.folder,
    fleet: flat.fleet,
    environments: new Map(flat.environments),
    clusters: new Map(flat.clusters),
    bundles: new Map(flat.bundles),
    rollouts: new Map(flat.rollouts ?? []),
    access: new Map(flat.access ?? []),
  }
}
