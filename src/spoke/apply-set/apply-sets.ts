import { ApplySet } from './apply-set.ts'

/** The apply sets of one cluster, by bundle. */
export class ApplySets {
  readonly #sets = new Map<string, ApplySet>()
  readonly #sha256: (text: string) => Uint8Array
  readonly #epoch: number

  constructor(sha256: (text: string) => Uint8Array, epoch: number) {
    this.#sha256 = sha256
    this.#epoch = epoch
  }

  of(bundle: string): ApplySet {
    let set = this.#sets.get(bundle)
    if (set === undefined) {
      set = new ApplySet(bundle, this.#sha256, this.#epoch)
      this.#sets.set(bundle, set)
    }
    return set
  }
}
