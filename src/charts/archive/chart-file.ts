import { z } from 'zod'
import { chartFailure } from '../failures.ts'
import { readUntrustedYaml, YamlRefusal } from './read-untrusted-yaml.ts'

/** One dependency as Chart.yaml or Chart.lock writes it. */
export interface Dependency {
  readonly name: string
  readonly version: string
  readonly repository: string
}

/** What a chart says of itself, as far as fetching goes. */
export interface ChartFile {
  readonly name: string
  readonly version: string
  readonly dependencies: readonly Dependency[]
  /** Undefined without a lock file. */
  readonly lock: readonly Dependency[] | undefined
}

/** A name that is one part of a path and of a URL. */
const chartName = z
  .string()
  .max(250)
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/)
const written = z.string().max(2048).optional()
const dependencies = z
  .array(z.looseObject({ name: chartName, version: written, repository: written }))
  .max(1000)
  .optional()
const listing = z.looseObject({ dependencies: dependencies.or(z.literal('')) })
const chartSchema = listing.extend({ name: chartName, version: z.string().min(1).max(256) })

const caps = { bytes: 1024 * 1024, values: 50_000 }

/** True for a text that may be the name of a chart. */
export function isChartName(text: string): boolean {
  return chartName.safeParse(text).success
}

/**
 * Reads Chart.yaml and the lock in `folder`; for charts of Helm 2 requirements.yaml and its lock. Throws `bad-chart`.
 */
export function readChartFile(
  files: ReadonlyMap<string, Uint8Array>,
  folder: string,
  subject: string,
): ChartFile {
  const at = (name: string): string => (folder === '' ? name : `${folder}/${name}`)
  const chart = readAs(chartSchema, files, at('Chart.yaml'), subject)
  if (chart === undefined) {
    throw chartFailure(subject, 'bad-chart', 'it holds no Chart.yaml', { hint: 'name the folder of a chart' })
  }
  const old = readAs(listing, files, at('requirements.yaml'), subject)
  const lock =
    readAs(listing, files, at('Chart.lock'), subject) ??
    readAs(listing, files, at('requirements.lock'), subject)
  return {
    name: chart.name,
    version: chart.version,
    dependencies: [...listed(chart.dependencies), ...listed(old?.dependencies)],
    lock: lock === undefined ? undefined : listed(lock.dependencies),
  }
}

function listed(found: z.output<typeof listing>['dependencies']): Dependency[] {
  if (found === undefined || typeof found === 'string') return []
  return found.map(({ name, version = '', repository = '' }) => ({ name, version, repository }))
}

function readAs<Schema extends z.ZodType>(
  schema: Schema,
  files: ReadonlyMap<string, Uint8Array>,
  path: string,
  subject: string,
): z.output<Schema> | undefined {
  const bytes = files.get(path)
  if (bytes === undefined) return undefined
  let documents: unknown[]
  try {
    documents = readUntrustedYaml(new TextDecoder('utf-8', { fatal: true }).decode(bytes), caps)
  } catch (error) {
    const why = error instanceof YamlRefusal ? error.message : 'it is not UTF-8'
    throw chartFailure(subject, 'bad-chart', `${path} cannot be read: ${why}`, { cause: error })
  }
  const parsed = schema.safeParse(documents[0] ?? '')
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue?.path.map(String).join('.') ?? ''
  throw chartFailure(subject, 'bad-chart', `${path} is not as Helm wants it: ${where || 'it'} does not fit`, {
    hint: 'check it with helm lint',
  })
}
