import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

/** One entry of an archive as it is written, whatever it says. */
export interface TarEntry {
  readonly name: string
  readonly body?: string | Uint8Array
  /** `0` for a file without it. */
  readonly kind?: string
  readonly link?: string
}

/** A tar archive of exactly these entries, packed. */
export function packEntries(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap(({ name, body = '', kind = '0', link = '' }) => {
    const bytes = Buffer.from(body)
    const header = Buffer.alloc(512)
    header.write(name, 0, 100)
    header.write('0000644\0', 100)
    header.write('0000000\0', 108)
    header.write('0000000\0', 116)
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('00000000000\0', 136)
    header.write('        ', 148)
    header.write(kind, 156)
    header.write(link, 157, 100)
    header.write('ustar\0', 257)
    header.write('00', 263)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
  })
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]))
}

/** What a test chart is to be. */
export interface ChartSpec {
  readonly name: string
  readonly version: string
  /** Further lines of Chart.yaml. */
  readonly more?: string
  /** Further files by their path in the chart. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
}

/** The files of a chart, by their path in it. */
export function chartFiles({ name, version, more = '', files = {} }: ChartSpec): Map<string, Uint8Array> {
  const chart = `apiVersion: v2\nname: ${name}\nversion: ${version}\n${more}`
  const all = { 'Chart.yaml': chart, 'values.yaml': 'replicas: 1\n', ...files }
  return new Map(Object.entries(all).map(([path, body]) => [path, Buffer.from(body)]))
}

/** A chart as `helm package` packs it. */
export function packChart(spec: ChartSpec): Buffer {
  return packEntries([...chartFiles(spec)].map(([path, body]) => ({ name: `${spec.name}/${path}`, body })))
}

/** The digest of bytes in hexadecimal. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The lines of Chart.yaml or Chart.lock that name dependencies. */
export function dependencyLines(
  dependencies: readonly { name: string; version: string; repository: string; alias?: string }[],
): string {
  const lines = dependencies.map(
    ({ name, version, repository, alias }) =>
      `- name: ${name}\n  version: "${version}"\n  repository: "${repository}"\n${alias === undefined ? '' : `  alias: ${alias}\n`}`,
  )
  return `dependencies:\n${lines.join('')}`
}
