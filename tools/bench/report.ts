/** One line of results. Times are milliseconds unless the name says otherwise. */
export interface Result {
  readonly measure: string
  readonly case: string
  readonly [figure: string]: string | number | readonly string[]
}

/** Prints results as they come: JSON lines on standard output, a table on standard error at the end. */
export class Report {
  readonly #results: Result[] = []

  add(result: Result): void {
    this.#results.push(result)
    process.stdout.write(`${JSON.stringify(result)}\n`)
  }

  say(line: string): void {
    process.stderr.write(`${line}\n`)
  }

  table(): void {
    for (const { measure, case: name, ...figures } of this.#results) {
      const cells = Object.entries(figures).map(([figure, value]) => `${figure} ${cell(value)}`)
      this.say(`${measure.padEnd(4)}${name.padEnd(22)}${cells.join('  ')}`)
    }
  }
}

function cell(value: string | number | readonly string[]): string {
  return typeof value === 'object' ? (value.length === 0 ? 'none' : value.join(', ')) : String(value)
}
