/**
 * Which bundle each object belongs to. A bundle that already holds an object keeps it as long as it declares
 * it; otherwise the first by name gets it. Every other claimant is in `rejected` (model: one owner).
 */
export class Claims {
  /** Of objects that several bundles declare, and nobody held: who was said to be the owner. */
  readonly #owners = new Map<string, string>()
  /** By object; one list serves all objects of a bundle that nobody else declares. */
  readonly #claimants = new Map<string, readonly string[]>()
  readonly #declarations = new Map<string, string>()

  /** Replaces what a bundle declares with the objects of a rendering; `declaration` names it. */
  declare(bundle: string, declaration: string, keys: ReadonlySet<string>): void {
    this.withdraw(bundle)
    this.#declarations.set(bundle, declaration)
    const alone = [bundle]
    for (const key of keys) {
      const others = this.#claimants.get(key)
      this.#claimants.set(key, others === undefined ? alone : [...others, bundle])
    }
  }

  withdraw(bundle: string): void {
    if (!this.#declarations.delete(bundle)) return
    for (const [key, claimants] of this.#claimants) {
      if (!claimants.includes(bundle)) continue
      const others = claimants.filter((claimant) => claimant !== bundle)
      if (others.length === 0) this.#claimants.delete(key)
      else this.#claimants.set(key, others)
      if (this.#owners.get(key) === bundle) this.#owners.delete(key)
    }
  }

  /** What was declared for a bundle last, as `declare` was told. */
  declarationOf(bundle: string): string | undefined {
    return this.#declarations.get(bundle)
  }

  /** The bundle that may write this object; `holder` is the one that holds it now, if any. */
  ownerOf(key: string, holder: string | undefined): string | undefined {
    const claimants = this.#claimants.get(key)
    if (claimants === undefined || claimants.length === 1) return claimants?.[0]
    if (holder !== undefined && claimants.includes(holder)) return holder
    const known = this.#owners.get(key)
    if (known !== undefined && claimants.includes(known)) return known
    const first = [...claimants].sort()[0]
    if (first !== undefined) this.#owners.set(key, first)
    return first
  }
}
