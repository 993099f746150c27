import { createHash } from 'node:crypto'
import { isList, isMap, type Json, type JsonMap } from '../../core/object/index.ts'

/**
 * Keeps one copy of equal shapes, for as long as anybody holds it. What it answers is frozen through and through, and may
 * be handed to any number of clusters.
 */
export class Shapes {
  readonly #known = new Map<string, WeakRef<JsonMap>>()
  readonly #gone = new FinalizationRegistry<string>((key) => {
    if (this.#known.get(key)?.deref() === undefined) this.#known.delete(key)
  })

  /** The shared copy of a shape; the shape itself, frozen, when it is the first of its kind. */
  share(shape: JsonMap): JsonMap {
    const key = createHash('sha256').update(JSON.stringify(shape)).digest('base64')
    const known = this.#known.get(key)?.deref()
    if (known !== undefined) return known
    freeze(shape)
    this.#known.set(key, new WeakRef(shape))
    this.#gone.register(shape, key)
    return shape
  }
}

/** Freezes a value and all that it holds; what is frozen already is left alone. */
export function freeze(value: Json): void {
  if (isList(value)) value.forEach(freeze)
  else if (isMap(value)) {
    if (Object.isFrozen(value)) return
    Object.values(value).forEach(freeze)
  } else return
  Object.freeze(value)
}

/** About how many bytes a value takes in memory. */
export function sizeOf(value: Json): number {
  if (typeof value === 'string') return 16 + value.length
  if (isList(value)) return value.reduce<number>((sum, one) => sum + sizeOf(one), 16)
  if (!isMap(value)) return 8
  let sum = 32
  for (const [key, one] of Object.entries(value)) sum += key.length + sizeOf(one)
  return sum
}
