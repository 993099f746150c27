import type { KnownRecords, RecordedChange, RecordedKindState, RecordSink } from '../../src/spoke/index.ts'

/** What an engine recorded, in memory: as a hub keeps it. */
export class KeptRecords implements RecordSink {
  readonly objects = new Map<string, NonNullable<RecordedChange['now']>>()
  /** Everything that was told, in order. */
  readonly told: RecordedChange[] = []
  readonly kinds = new Map<string, RecordedKindState>()

  readonly #looked = new Set<string>()

  async known(): Promise<KnownRecords> {
    const versions = new Map([...this.objects].map(([key, { resourceVersion }]) => [key, resourceVersion]))
    return { versions, kinds: this.#looked }
  }

  object(change: RecordedChange): void {
    this.told.push(change)
    if (change.now === undefined) this.objects.delete(change.key)
    else this.objects.set(change.key, change.now)
  }

  kind(told: RecordedKindState): void {
    this.kinds.set(told.kind, told)
    if (told.state === 'complete') this.#looked.add(`${told.group}/${told.kind}`)
  }

  /** What was told of an object, the newest last. */
  of(key: string): RecordedChange[] {
    return this.told.filter((change) => change.key === key)
  }

  /** True when all objects of these kinds are recorded. */
  isComplete(...kinds: string[]): boolean {
    return kinds.every((kind) => this.kinds.get(kind)?.state === 'complete')
  }
}
