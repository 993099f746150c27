import { z } from 'zod'
import { isDigest } from '../blob-cache.ts'
import { chartFailure } from '../failures.ts'

export const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const chartTypes = [
  'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  // As Helm wrote it before OCI support left its experiment.
  'application/tar+gzip',
]
const provenanceType = 'application/vnd.cncf.helm.chart.provenance.v1.prov'
const configType = 'application/vnd.cncf.helm.config.v1+json'

const descriptor = z.looseObject({
  mediaType: z.string(),
  digest: z.string().refine(isDigest),
  size: z.int().min(0),
})
const manifestSchema = z.looseObject({
  schemaVersion: z.literal(2),
  config: descriptor,
  layers: z.array(descriptor).max(100),
})

/** Where the parts of a chart are in a registry. */
export interface ChartManifest {
  readonly chart: { readonly digest: string; readonly size: number }
  readonly provenance: { readonly digest: string; readonly size: number } | undefined
}

/** Reads the manifest of a chart. Throws `bad-answer` for one of anything else. */
export function readManifest(bytes: Buffer, subject: string): ChartManifest {
  let json: unknown
  try {
    json = JSON.parse(bytes.toString('utf8'))
  } catch {
    throw chartFailure(subject, 'bad-answer', 'the manifest in the registry is no JSON')
  }
  const parsed = manifestSchema.safeParse(json)
  if (!parsed.success || parsed.data.config.mediaType !== configType) {
    throw chartFailure(subject, 'bad-answer', 'what the registry holds under this name is no chart', {
      hint: 'push it with helm push',
    })
  }
  const { layers } = parsed.data
  const charts = layers.filter(({ mediaType }) => chartTypes.includes(mediaType))
  const [chart] = charts
  if (chart === undefined || charts.length > 1) {
    throw chartFailure(
      subject,
      'bad-answer',
      `its manifest has ${charts.length} layers with a chart, wanted one`,
    )
  }
  return { chart, provenance: layers.find(({ mediaType }) => mediaType === provenanceType) }
}
