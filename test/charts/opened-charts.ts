import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Charts, type OpenChartsOptions, openCharts } from '../../src/charts/index.ts'
import { type ChartServer, serveCharts } from './chart-server.ts'

/** What a test opens: servers, charts and folders, all gone after `close`. */
export class ChartRig {
  readonly folder = mkdtempSync(join(tmpdir(), 'evenkeel-charts-'))
  readonly #servers: { close(): Promise<void> }[] = []
  readonly #charts: Charts[] = []

  get cacheFolder(): string {
    return join(this.folder, 'cache')
  }

  async serve(options: Parameters<typeof serveCharts>[0] = {}): Promise<ChartServer> {
    const server = await serveCharts(options)
    this.#servers.push(server)
    return server
  }

  add(server: { close(): Promise<void> }): void {
    this.#servers.push(server)
  }

  /** Opens charts of these servers, each allowed by its address and without TLS where it has none. */
  open(servers: readonly ChartServer[], more: Partial<OpenChartsOptions> = {}): Charts {
    const charts = openCharts({
      cacheFolder: this.cacheFolder,
      allowedHosts: servers.map(({ host }) => host),
      plainHttp: servers.filter(({ authority }) => authority === undefined).map(({ host }) => host),
      ...more,
    })
    this.#charts.push(charts)
    return charts
  }

  write(name: string, text: string): string {
    const file = join(this.folder, name)
    writeFileSync(file, text)
    return file
  }

  async close(): Promise<void> {
    await Promise.all(this.#charts.map((charts) => charts.close()))
    await Promise.all(this.#servers.map((server) => server.close()))
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The text of a file of a chart. */
export function textOf(files: ReadonlyMap<string, Uint8Array>, path: string): string | undefined {
  const bytes = files.get(path)
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8')
}

/** What a promise fails with. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'no failure',
    (error: unknown) => error,
  )
}
