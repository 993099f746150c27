import { z } from 'zod'
import { rolloutChoiceSchema } from './rollout.ts'
import {
  apiVersion,
  celSchema,
  durationSchema,
  metadataSchema,
  modeSchema,
  nameSchema,
  textSchema,
} from './scalars.ts'

const sourceSchema = z.strictObject({
  /** Inside the repository; `.` is its root. */
  path: textSchema,
  /** A name of the fleet's `repositories`; the fleet repository itself without it. */
  repository: nameSchema.optional(),
  /** Branch, tag or semver range; the fleet's own revision without it. */
  revision: textSchema.optional(),
  /** A chart of a repository or registry, in place of one in the path; values files stand in the path then. */
  chart: z
    .strictObject({
      /** `https://…` or `oci://…`, without the chart's name. */
      repository: textSchema,
      name: textSchema,
      /** A version or a range; the newest release without it. */
      version: textSchema.optional(),
      /** `sha256:…` of the archive: another one is refused. */
      digest: z
        .string()
        .regex(/^sha256:[0-9a-f]{64}$/, { error: 'must be sha256: and 64 hexadecimal digits' })
        .optional(),
      /** The name of a credential that holds OpenPGP public keys, one of which must have signed it. */
      signedBy: nameSchema.optional(),
    })
    .optional(),
  /** Found by content without it. */
  renderer: z.enum(['plain', 'kustomize', 'helm']).optional(),
})

const driftSchema = z.strictObject({
  /** `Kind/name-pattern: field.path`. */
  ignore: z.array(textSchema).max(1000).optional(),
  additions: z.enum(['report', 'prune', 'ignore']).optional(),
  /** `report`: this bundle declares every namespace, and any other one that is not the system's is a difference. */
  namespaces: z.enum(['report', 'ignore']).optional(),
  healAfter: durationSchema.optional(),
})

/** Kind Bundle: what is delivered, where it comes from and where it goes. */
export const bundleSchema = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('Bundle'),
  metadata: metadataSchema,
  spec: z.strictObject({
    /** Who answers for it, as people write it: a team, an address. Shown, and used for nothing else. */
    owner: textSchema.max(200).optional(),
    source: sourceSchema,
    layers: z.array(textSchema).max(100).optional(),
    values: z.array(textSchema).max(100).optional(),
    vars: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'must be letters, digits and "_"' }),
        z.string(),
      )
      .optional(),
    /** The clusters that get it; none without it. */
    placement: z.strictObject({ where: celSchema }).optional(),
    dependsOn: z.array(nameSchema).max(1000).optional(),
    requires: z
      .array(z.strictObject({ api: textSchema, optional: z.boolean().optional() }))
      .max(1000)
      .optional(),
    mode: modeSchema.optional(),
    drift: driftSchema.optional(),
    prune: z.enum(['auto', 'confirm', 'never']).optional(),
    rollout: rolloutChoiceSchema.optional(),
    /** For objects that name none, and the release of a chart; `default` without it. */
    namespace: nameSchema.optional(),
    createNamespace: z.boolean().optional(),
    /** Per wave. */
    timeout: durationSchema.optional(),
    /** The service account that the writes are made as, `namespace/name`. */
    runAs: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, {
        error: 'must be a service account, namespace/name',
      })
      .optional(),
    /** Which renderings share the random bytes of their templates. */
    random: z.enum(['bundle', 'cluster']).optional(),
    /** Another number draws every random value, and certificate, of its templates anew. */
    rotation: z.int().min(1).max(1_000_000).optional(),
  }),
})

export type Bundle = z.infer<typeof bundleSchema>
export type PruneRule = NonNullable<Bundle['spec']['prune']>
export type AdditionsRule = NonNullable<NonNullable<Bundle['spec']['drift']>['additions']>
