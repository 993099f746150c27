import { posix } from 'node:path'
import { readChartFile, unpackChart } from '../archive/index.ts'

/** A chart that stands in the folder `charts/` of another. */
export interface VendoredChart {
  readonly name: string
  readonly version: string
  /** Its folder in the files; undefined for one that is packed. */
  readonly folder: string | undefined
}

/** The charts that a chart brings along, unpacked or as `.tgz`. What Helm leaves out is left out here. */
export async function vendoredCharts(
  files: ReadonlyMap<string, Uint8Array>,
  folder: string,
  subject: string,
  limits: { readonly unpackedBytes: number; readonly files: number },
): Promise<VendoredChart[]> {
  const inside = `${posix.join(folder, 'charts')}/`
  const folders = new Set<string>()
  const found: VendoredChart[] = []
  for (const [path, bytes] of files) {
    if (!path.startsWith(inside)) continue
    const [entry = '', ...below] = path.slice(inside.length).split('/')
    if (/^[._]/.test(entry)) continue
    if (below.length === 1 && below[0] === 'Chart.yaml') folders.add(`${inside}${entry}`)
    if (below.length > 0 || !entry.endsWith('.tgz')) continue
    const { chart } = await unpackChart(bytes, `${subject}, ${inside}${entry}`, limits)
    found.push({ name: chart.name, version: chart.version, folder: undefined })
  }
  for (const one of folders) {
    const { name, version } = readChartFile(files, one, subject)
    found.push({ name, version, folder: one })
  }
  return found
}
