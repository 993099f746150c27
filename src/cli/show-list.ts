import { type Format, isMachineFormat, type ListShape, ListWatch, printList } from './output/format.ts'
import type { Options, Session } from './session.ts'
import { watchLoop } from './watch-loop.ts'

/** What a list command has found. */
export interface Found<Row> {
  readonly rows: readonly Row[]
  /** What stands beside the items in `-o json`. */
  readonly beside?: object
  /** Said on standard error where there is no row. */
  readonly empty: string
}

/** Prints a list once, or with `-w` again and again: then only what changed. */
export async function showList<Row extends object>(
  session: Session,
  options: Options,
  format: Format,
  shape: ListShape<Row>,
  look: () => Promise<Found<Row>>,
): Promise<void> {
  const { terminal } = session
  if (options.watch === true) {
    const watch = new ListWatch(terminal, format, shape)
    await watchLoop(session, async () => {
      const { rows, beside } = await look()
      await watch.print(rows, beside)
    })
    return
  }
  const { rows, beside, empty } = await look()
  await printList(terminal, format, shape, rows, beside)
  if (rows.length === 0 && !isMachineFormat(format)) terminal.note(empty)
}
