import type { KubeObject } from '../core/object/index.ts'

/**
 * Copies of desired objects with something settled in them. A thousand clusters that are brought to one rendering send the
 * same copy, which stands in memory once.
 */
export class SharedCopies {
  readonly #newest = new WeakMap<KubeObject, { readonly settled: string; readonly copy: KubeObject }>()

  /** The copy of an object in which `settled` is settled: the one that was made last of it, else what `make` answers. */
  of(object: KubeObject, settled: string, make: () => KubeObject): KubeObject {
    const known = this.#newest.get(object)
    if (known?.settled === settled) return known.copy
    const copy = make()
    this.#newest.set(object, { settled, copy })
    return copy
  }
}
