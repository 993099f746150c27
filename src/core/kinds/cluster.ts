import { z } from 'zod'
import { apiVersion, metadataSchema, modeSchema, nameSchema, textSchema } from './scalars.ts'

const connectSchema = z.union([
  z.strictObject({
    kubeconfig: z.strictObject({
      /** The name of the credential that holds the kubeconfig; never the kubeconfig itself. */
      secret: nameSchema,
      /** The kubeconfig's current context without it. */
      context: textSchema.optional(),
    }),
  }),
  z.strictObject({ agent: z.strictObject({}) }),
])

const labelName = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/

/** Kind Cluster: how a cluster is reached and where it belongs. Facts and state are never written by hand. */
export const clusterSchema = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('Cluster'),
  metadata: metadataSchema,
  spec: z.strictObject({
    environment: nameSchema,
    labels: z
      .record(
        z.string().regex(labelName, { error: 'must be a label name' }),
        z
          .string()
          .regex(labelValue, { error: 'must be a label value: at most 63 letters, digits, "-", "_", "."' }),
      )
      .optional(),
    connect: connectSchema,
    display: z
      .strictObject({
        code: z
          .string()
          .regex(/^[A-Za-z0-9]{2}$/, { error: 'must be two letters or digits' })
          .optional(),
        name: textSchema.optional(),
      })
      .optional(),
    mode: modeSchema.optional(),
    /** The cluster that this one replicates. */
    like: nameSchema.optional(),
  }),
})

export type Cluster = z.infer<typeof clusterSchema>
export type ClusterConnect = z.infer<typeof connectSchema>
