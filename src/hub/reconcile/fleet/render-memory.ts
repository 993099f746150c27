import { X509Certificate } from 'node:crypto'
import type { ResolvedDependency } from '../../../charts/index.ts'
import type { DesiredObject } from '../../../core/bundle/index.ts'
import type { Json } from '../../../core/object/index.ts'
import type { Clock } from '../../../runtime/index.ts'
import type { Store } from '../../store/index.ts'

/** What has to stay the same from one rendering of a bundle to the next. */
interface Remembered {
  /** Where the clock of its templates stands, in milliseconds since 1970. */
  readonly clock: number
  /** The rotation that its values were drawn with last. */
  readonly rotation?: number
  /** How many random bytes they drew last, by what they were drawn for. */
  readonly drawn?: Readonly<Record<string, number>>
  /** What the dependencies of its chart led to, where no lock decides. */
  readonly dependencies?: readonly ResolvedDependency[]
}

/**
 * Keeps renderings stable over commits and restarts (rendering.md, "Stable renders"): each bundle's clock stands at its
 * first rendering until a certificate that it made comes near its end.
 */
export class RenderMemory {
  readonly #store: Store
  readonly #clock: Clock
  #known = new Map<string, Remembered>()
  #loaded: Promise<void> | undefined
  #changed = false

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  load(): Promise<void> {
    this.#loaded ??= this.#store.readMeta('renders').then((text) => {
      if (text !== undefined) this.#known = new Map(JSON.parse(text) as [string, Remembered][])
    })
    return this.#loaded
  }

  /** Writes what has changed. */
  async save(): Promise<void> {
    if (!this.#changed) return
    this.#changed = false
    await this.#store.writeMeta('renders', JSON.stringify([...this.#known]))
  }

  clock(bundle: string, rotation?: number): number {
    const known = this.#of(bundle)
    if (known.rotation === rotation) return known.clock
    const { rotation: _before, ...rest } = known
    const turned: Remembered = {
      ...rest,
      clock: wholeSecond(this.#clock.now()),
      ...(rotation === undefined ? {} : { rotation }),
    }
    this.#set(bundle, turned)
    return turned.clock
  }

  dependencies(bundle: string): readonly ResolvedDependency[] {
    return this.#of(bundle).dependencies ?? []
  }

  recordDependencies(bundle: string, dependencies: readonly ResolvedDependency[]): void {
    if (JSON.stringify(this.dependencies(bundle)) !== JSON.stringify(dependencies)) {
      this.#set(bundle, { ...this.#of(bundle), dependencies })
    }
  }

  /** Notes how many random bytes were drawn for a scope; answers the number of before where it was another. */
  noteRandom(bundle: string, scope: string, randomBytes: number): number | undefined {
    const { drawn = {} } = this.#of(bundle)
    const before = drawn[scope]
    if (before === randomBytes || (before === undefined && randomBytes === 0)) return undefined
    this.#set(bundle, { ...this.#of(bundle), drawn: { ...drawn, [scope]: randomBytes } })
    return before
  }

  /** Moves the bundle's clock to now when one of its certificates has used up two thirds of its time; true when it did. */
  renew(bundle: string, objects: readonly DesiredObject[]): boolean {
    const now = this.#clock.now()
    const due = objects.some(({ object }) =>
      certificatesIn(object as unknown as Json).some((one) => isDue(one, now)),
    )
    // A certificate that is due however new it is would move the clock with every look.
    if (!due || now - this.#of(bundle).clock < dayMs) return false
    this.#set(bundle, { ...this.#of(bundle), clock: now })
    return true
  }

  #of(bundle: string): Remembered {
    const known = this.#known.get(bundle)
    if (known !== undefined) return known
    const first: Remembered = { clock: wholeSecond(this.#clock.now()) }
    this.#set(bundle, first)
    return first
  }

  #set(bundle: string, remembered: Remembered): void {
    this.#known.set(bundle, remembered)
    this.#changed = true
  }
}

/** As certificates have them. */
function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000
}

const dayMs = 86_400_000
const pem = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+?-----END CERTIFICATE-----/g

/** The certificates in the texts of an object, and in what is base64 there, as the data of a Secret are. */
function certificatesIn(value: Json): X509Certificate[] {
  if (typeof value === 'string') {
    const text = value.startsWith('LS0tLS1CRUdJTi') ? Buffer.from(value, 'base64').toString('latin1') : value
    return [...text.matchAll(pem)].flatMap(([one]) => {
      try {
        return [new X509Certificate(one)]
      } catch {
        return []
      }
    })
  }
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap((inner) => certificatesIn(inner as Json))
}

function isDue({ validFrom, validTo }: X509Certificate, now: number): boolean {
  const from = Date.parse(validFrom)
  const to = Date.parse(validTo)
  return now > from + ((to - from) * 2) / 3
}
