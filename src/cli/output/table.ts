import { cut, pad, textWidth } from './text-width.ts'

export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => string
  readonly align?: 'left' | 'right'
  /** The least width, so that a column does not jump about while a table is watched. */
  readonly min?: number
  /** The column that gives way when the terminal is too narrow. */
  readonly flexible?: boolean
  /** True for what changes by itself: an age. A row in which nothing else changed is not printed again. */
  readonly moving?: boolean
}

const gap = '  '

/**
 * A table as lines: columns two spaces apart, no rules, a header. `width` is that of the terminal; without it nothing
 * is ever cut.
 */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: { readonly width?: number | undefined; readonly header?: boolean } = {},
): string[] {
  const cells = rows.map((row) => columns.map((column) => oneLine(column.cell(row))))
  const widths = columns.map((column, index) =>
    Math.max(column.min ?? 0, textWidth(column.title), ...cells.map((line) => textWidth(line[index] ?? ''))),
  )
  narrow(columns, widths, options.width)
  const titles = columns.map((column) => column.title)
  const all = options.header === false ? cells : [titles, ...cells]
  return all.map((line) =>
    line
      .map((text, index) => {
        const width = widths[index] ?? 0
        const fitting = columns[index]?.flexible === true ? cut(text, width) : text
        const last = index === line.length - 1 && columns[index]?.align !== 'right'
        return last ? fitting : pad(fitting, width, columns[index]?.align)
      })
      .join(gap)
      .trimEnd(),
  )
}

/** What of a row is worth printing it again. */
export function fingerprintOf<Row>(columns: readonly Column<Row>[], row: Row): string {
  return JSON.stringify(columns.map((column) => (column.moving === true ? '' : column.cell(row))))
}

function narrow<Row>(columns: readonly Column<Row>[], widths: number[], width: number | undefined): void {
  if (width === undefined) return
  const index = columns.findIndex((column) => column.flexible === true)
  if (index < 0) return
  const whole = widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1)
  const least = textWidth(columns[index]?.title ?? '') + 1
  widths[index] = Math.max(least, (widths[index] ?? 0) - Math.max(0, whole - width))
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').replaceAll('\t', ' ')
}
