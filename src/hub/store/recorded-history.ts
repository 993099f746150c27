import type { Attribution, Sure } from '../../core/attribution/index.ts'
import { fromText, runsOf } from './json-text.ts'
import type { Queries, Schema } from './schema.ts'

/** An object of a cluster. */
interface Place {
  readonly cluster: string
  readonly object_key: string
}

type Row = Schema['recorded_change']

/** The changes of recorded objects that one transaction adds, or knows more of. */
export class RecordedHistory {
  readonly #queries: Queries
  /** The last change of each place, as it is stored or will be. */
  readonly #last = new Map<string, Row | undefined>()
  readonly #changed = new Set<Row>()

  constructor(queries: Queries) {
    this.#queries = queries
  }

  async add(
    place: Place,
    change: { at: string; from: string | undefined; to: string | undefined; writer: string },
  ): Promise<void> {
    const number = ((await this.#lastOf(place))?.number ?? 0) + 1
    const { at, from, to, writer } = change
    const { cluster, object_key } = place
    this.#set({ cluster, object_key, number, at, from_hash: from ?? null, to_hash: to ?? null, writer })
  }

  /** More is known of the writer of the last change, where that change is the one that led to this content. */
  async rename(place: Place, to: string | undefined, writer: string): Promise<void> {
    const last = await this.#lastOf(place)
    if (last === undefined || last.to_hash !== (to ?? null) || !tellsMore(writer, last.writer)) return
    this.#changed.delete(last)
    this.#set({ ...last, writer })
  }

  async save(): Promise<void> {
    for (const run of runsOf([...this.#changed], 100)) {
      await this.#queries
        .insertInto('recorded_change')
        .values(run)
        .onConflict((conflict) =>
          conflict
            .columns(['cluster', 'object_key', 'number'])
            .doUpdateSet((row) => ({ writer: row.ref('excluded.writer') })),
        )
        .execute()
    }
  }

  #set(row: Row): void {
    this.#last.set(nameOf(row), row)
    this.#changed.add(row)
  }

  async #lastOf(place: Place): Promise<Row | undefined> {
    const name = nameOf(place)
    if (!this.#last.has(name)) {
      const stored = await this.#queries
        .selectFrom('recorded_change')
        .selectAll()
        .where('cluster', '=', place.cluster)
        .where('object_key', '=', place.object_key)
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst()
      this.#last.set(name, stored)
    }
    return this.#last.get(name)
  }
}

/** What was found again after a restart says less of its writer than what was seen as it happened. */
export function tellsMore(next: string, before: string): boolean {
  if (next === before) return false
  const [one, two] = [fromText<Attribution>(next), fromText<Attribution>(before)]
  if ((one.person === undefined) !== (two.person === undefined)) return one.person !== undefined
  return sureness.indexOf(one.sure) > sureness.indexOf(two.sure)
}

const sureness: readonly Sure[] = ['inferred', 'observed', 'exact']

const nameOf = ({ cluster, object_key }: Place): string => `${cluster} ${object_key}`
