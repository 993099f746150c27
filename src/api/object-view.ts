import { z } from 'zod'
import { healthSchema, objectRefSchema, originSchema } from './scalars.ts'

/** One object of a rendering on one cluster, with the line of Git that declares it. */
const renderedObjectSchema = z
  .object({
    object: objectRefSchema,
    origin: originSchema,
    wave: z.int().optional(),
    hook: z.boolean().describe('It runs to an end and is no member'),
    owner: z.string().optional().describe('The object of the same rendering that it belongs to, by key'),
    key: z.string(),
    drift: z.int().min(0).describe('Fields that differ, as far as known'),
    trouble: z.object({ health: healthSchema, message: z.string() }).optional(),
  })
  .meta({ id: 'RenderedObject' })

export type RenderedObject = z.infer<typeof renderedObjectSchema>

/** The objects of a bundle as rendered for a cluster, or the first of them. */
export const renderedObjectsSchema = z.object({
  revision: z.string(),
  items: z.array(renderedObjectSchema),
  total: z.int().min(0).optional().describe('Of all objects'),
})

export type RenderedObjects = z.infer<typeof renderedObjectsSchema>

export const renderedManifestSchema = z
  .object({
    object: objectRefSchema,
    revision: z.string(),
    origin: originSchema,
    manifest: z
      .record(z.string(), z.unknown())
      .describe('As it was rendered; values of Secrets are left out'),
  })
  .meta({ id: 'RenderedManifest' })

export type RenderedManifest = z.infer<typeof renderedManifestSchema>

/** What holds for a bundle on a cluster, and the line of the fleet repository that says so. */
export const effectiveViewSchema = z
  .object({
    cluster: z.string(),
    bundles: z.array(
      z.object({
        bundle: z.string(),
        settings: z.array(
          z.object({
            name: z.string(),
            value: z.string(),
            from: z.string().describe('What says so: Bundle shop, Environment prod, Fleet, or the default'),
            origin: originSchema.optional(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Effective' })

export type EffectiveView = z.infer<typeof effectiveViewSchema>
