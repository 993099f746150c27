import { type CliCode, cliFailure } from '../cli-failure.ts'
import type { Failure } from '../../core/failure.ts'
import { nearest } from '../../core/nearest.ts'
import { type Column, fingerprintOf, tableLines } from './table.ts'
import type { Terminal } from './terminal.ts'

export const formats = ['json', 'yaml', 'name', 'wide'] as const

export type Format = (typeof formats)[number] | 'table'

/** The version of what `-o json` and `-o yaml` print. Tables are no interface. */
const outputVersion = 'evenkeel.dev/v1alpha1'

/** Reads `-o`. Throws `usage` with the nearest form. */
export function formatOf(text: string | undefined): Format {
  if (text === undefined) return 'table'
  const known = formats.find((one) => one === text)
  if (known !== undefined) return known
  throw unknownFormat(text)
}

function unknownFormat(text: string): Failure<CliCode> {
  const near = nearest(text, formats)
  return cliFailure('usage', `-o ${text}: not a form of output: wanted ${formats.join(', ')}`, {
    hint: near === undefined ? `use one of ${formats.join(', ')}` : `did you mean -o ${near}?`,
  })
}

/** True when standard output is for a machine. */
export function isMachineFormat(format: Format): boolean {
  return format === 'json' || format === 'yaml'
}

/** Prints one document with its version and kind. */
export async function printDocument(
  terminal: Terminal,
  format: Format,
  kind: string,
  value: object,
): Promise<void> {
  const document = { apiVersion: outputVersion, kind, ...value }
  if (format === 'yaml') {
    const { dump } = await import('js-yaml')
    terminal.yaml(dump(document, { lineWidth: -1, noRefs: true }))
    return
  }
  terminal.raw(`${JSON.stringify(document, null, 2)}\n`)
}

export interface ListShape<Row> {
  /** `ClusterList`. */
  readonly kind: string
  readonly columns: readonly Column<Row>[]
  /** Further columns for `-o wide`. */
  readonly wide?: readonly Column<Row>[]
  /** `cluster/prod-eu-3`: what `-o name` prints, and what a row is known by while it is watched. */
  readonly name: (row: Row) => string
}

/** Prints a list in the form that was asked for. */
export async function printList<Row extends object>(
  terminal: Terminal,
  format: Format,
  shape: ListShape<Row>,
  rows: readonly Row[],
  beside: object = {},
): Promise<void> {
  if (isMachineFormat(format)) {
    await printDocument(terminal, format, shape.kind, { ...beside, items: rows })
    return
  }
  if (format === 'name') {
    for (const row of rows) terminal.line(shape.name(row))
    return
  }
  if (rows.length === 0) return
  const columns = columnsOf(shape, format)
  const width = format === 'wide' ? undefined : terminal.width
  for (const line of tableLines(columns, rows, { width })) terminal.line(line)
}

/**
 * Prints what changed in a list since the last call: rows that are new or other than before, ages apart. The first call
 * prints everything.
 */
export class ListWatch<Row extends object> {
  readonly #terminal: Terminal
  readonly #format: Format
  readonly #shape: ListShape<Row>
  #known: Map<string, string> | undefined

  constructor(terminal: Terminal, format: Format, shape: ListShape<Row>) {
    this.#terminal = terminal
    this.#format = format
    this.#shape = shape
  }

  async print(rows: readonly Row[], beside: object = {}): Promise<void> {
    const columns = columnsOf(this.#shape, this.#format)
    const before = this.#known
    this.#known = new Map(rows.map((row) => [this.#shape.name(row), fingerprintOf(columns, row)]))
    if (before === undefined) {
      await printList(this.#terminal, this.#format, this.#shape, rows, beside)
      return
    }
    const changed = rows.filter((row) => before.get(this.#shape.name(row)) !== fingerprintOf(columns, row))
    if (changed.length === 0) return
    if (isMachineFormat(this.#format) || this.#format === 'name') {
      await printList(this.#terminal, this.#format, this.#shape, changed, beside)
      return
    }
    const lines = tableLines(columns, changed, { width: this.#terminal.width, header: false })
    for (const line of lines) this.#terminal.line(line)
  }
}

function columnsOf<Row>(shape: ListShape<Row>, format: Format): readonly Column<Row>[] {
  return format === 'wide' ? [...shape.columns, ...(shape.wide ?? [])] : shape.columns
}
