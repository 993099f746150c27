import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { chartFailure } from '../failures.ts'
import { type ChartFile, readChartFile } from './chart-file.ts'
import { readTar, type TarFile, TarRefusal } from './read-tar.ts'

const gunzipped = promisify(gunzip)

export interface UnpackLimits {
  readonly unpackedBytes: number
  readonly files: number
}

export interface UnpackedChart {
  /** By their path inside the chart's folder. */
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly chart: ChartFile
}

/**
 * The files of a packed chart. Unpacking stops in the middle when it gives more than the limit, so that a small
 * archive costs no more memory than a large one (safety row 6). Throws `too-large`, `unsafe-archive` or `bad-chart`.
 */
export async function unpackChart(
  archive: Uint8Array,
  subject: string,
  limits: UnpackLimits,
): Promise<UnpackedChart> {
  const tar = await inflate(archive, subject, limits.unpackedBytes)
  let entries: TarFile[]
  try {
    entries = readTar(tar, limits)
  } catch (error) {
    if (!(error instanceof TarRefusal)) throw error
    throw refused(error, subject)
  }
  const files = new Map<string, Uint8Array>()
  const [top] = (entries[0]?.path ?? '').split('/')
  for (const { path, bytes } of entries) {
    const slash = path.indexOf('/')
    if (slash < 0 || path.slice(0, slash) !== top) {
      throw chartFailure(subject, 'bad-chart', 'its archive holds more than one folder', {
        hint: 'pack it with helm package',
      })
    }
    files.set(path.slice(slash + 1), bytes)
  }
  return { files, chart: readChartFile(files, '', subject) }
}

async function inflate(archive: Uint8Array, subject: string, most: number): Promise<Buffer> {
  try {
    return await gunzipped(archive, { maxOutputLength: most })
  } catch (error) {
    if (error instanceof RangeError) {
      throw chartFailure(subject, 'too-large', `its archive unpacks to more than ${most} bytes`)
    }
    throw chartFailure(subject, 'bad-chart', 'its archive is no gzip, or damaged', { cause: error })
  }
}

function refused(error: TarRefusal, subject: string): Error {
  const codes = { unsafe: 'unsafe-archive', 'too-large': 'too-large', damaged: 'bad-chart' } as const
  return chartFailure(subject, codes[error.kind], `cannot unpack its archive: ${error.message}`, {
    hint: 'pack it with helm package',
  })
}
