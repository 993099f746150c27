import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { JsonMap } from '../../core/object/index.ts'
import type { Snapshot, StoredObject } from '../store/index.ts'

/** What one cluster goes on with. */
export interface ClusterState {
  readonly snapshot: Snapshot
  /** How many uids it has given: the next one is none of them. */
  readonly uids: number
  /** By the `namespace/name` of an autoscaler. */
  readonly demand: Readonly<Record<string, number>>
}

export interface SimulatorState {
  /** What the uids are made of. */
  readonly seed: string
  /** By name. */
  readonly clusters: ReadonlyMap<string, ClusterState>
}

const format = 'evenkeel-sim/1'

/** A line of the file, which is JSON lines in gzip. An object names its shape by the number of the line that had it. */
type Line =
  | { readonly format: string; readonly seed: string }
  | {
      readonly cluster: string
      readonly revision: number
      readonly uids: number
      readonly demand: Readonly<Record<string, number>>
    }
  | { readonly shape: JsonMap }
  | { readonly in: string; readonly objects: readonly (readonly [string, number, number, ...string[]])[] }
  | { readonly end: true }

/** Writes the file, whole or not at all. */
export async function writeState(file: string, state: SimulatorState): Promise<void> {
  const beside = `${file}.${randomBytes(4).toString('hex')}`
  try {
    const text = Readable.from(textOf(state), { objectMode: false })
    await pipeline(text, createGzip({ level: 3 }), createWriteStream(beside, { mode: 0o600 }))
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

/** Reads the file; undefined where there is none. Throws an `Error` that says what is wrong with it. */
export async function readState(file: string): Promise<SimulatorState | undefined> {
  const source = createReadStream(file)
  try {
    await new Promise((resolve, reject) => source.once('open', resolve).once('error', reject))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const reader = new Reader()
  const unpacked = createGunzip()
  const read = pipeline(source, unpacked)
  // Whoever reads the lines is told of it too, below.
  read.catch(() => undefined)
  for await (const line of createInterface({ input: unpacked })) reader.take(JSON.parse(line) as Line)
  await read
  return reader.state()
}

function* textOf({ seed, clusters }: SimulatorState): Generator<string> {
  const shapes = new Map<JsonMap, number>()
  yield lineOf({ format, seed })
  for (const [cluster, { snapshot, uids, demand }] of clusters) {
    yield lineOf({ cluster, revision: snapshot.revision, uids, demand })
    for (const [resource, objects] of snapshot.objects) {
      if (objects.size === 0) continue
      const rows: [string, number, number, ...string[]][] = []
      for (const [key, { shape, own, revision }] of objects) {
        let number = shapes.get(shape)
        if (number === undefined) {
          number = shapes.size
          shapes.set(shape, number)
          yield lineOf({ shape })
        }
        rows.push([key, number, revision, ...own])
      }
      yield lineOf({ in: resource, objects: rows })
    }
  }
  yield lineOf({ end: true })
}

function lineOf(line: Line): string {
  return `${JSON.stringify(line)}\n`
}

class Reader {
  readonly #clusters = new Map<string, ClusterState>()
  readonly #shapes: JsonMap[] = []
  #seed: string | undefined
  #objects = new Map<string, ReadonlyMap<string, StoredObject>>()
  #isWhole = false

  take(line: Line): void {
    if ('format' in line) {
      if (line.format !== format) throw new Error(`it is of ${line.format}, and ${format} is understood`)
      this.#seed = line.seed
    } else if ('shape' in line) this.#shapes.push(line.shape)
    else if ('cluster' in line) {
      this.#objects = new Map()
      const { cluster, revision, uids, demand } = line
      this.#clusters.set(cluster, { snapshot: { revision, objects: this.#objects }, uids, demand })
    } else if ('in' in line) {
      const objects = line.objects.map(([key, shape, revision, ...own]): [string, StoredObject] => [
        key,
        { shape: this.#shapeAt(shape), own, revision },
      ])
      this.#objects.set(line.in, new Map(objects))
    } else this.#isWhole = true
  }

  state(): SimulatorState {
    if (this.#seed === undefined || !this.#isWhole) throw new Error('it is incomplete')
    return { seed: this.#seed, clusters: this.#clusters }
  }

  #shapeAt(number: number): JsonMap {
    const shape = this.#shapes[number]
    if (shape === undefined) throw new Error('it is damaged')
    return shape
  }
}
