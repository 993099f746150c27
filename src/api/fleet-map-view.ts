import { z } from 'zod'
import { modeSchema, stateSchema, tierSchema, timeSchema } from './scalars.ts'

/** What the glyphs of the map may be filled by, besides their state. */
export const fills = ['state', 'drift-age', 'version', 'quota'] as const
export type Fill = (typeof fills)[number]

/** An environment as the map marks it: its colour says which, its tier guards. */
export const environmentMarkSchema = z
  .object({
    name: z.string(),
    order: z.int().min(0).optional().describe('Promotion goes up'),
    tier: tierSchema,
    colour: z.string().optional(),
    mode: modeSchema.optional(),
  })
  .meta({ id: 'EnvironmentMark' })

export type EnvironmentMark = z.infer<typeof environmentMarkSchema>

/**
 * Every cluster in scope as one short row, so that a thousand are drawn from one small answer. Asked again with
 * `after`, it holds only the rows that have changed since.
 */
export const fleetMapViewSchema = z
  .object({
    version: z.string().describe('To send as `after`'),
    whole: z.boolean().describe('False where `clusters` holds only what has changed since `after`'),
    states: z.array(stateSchema).describe('What the state of a row counts into'),
    environments: z.array(environmentMarkSchema).describe('In the order of promotion, the last one first'),
    groups: z
      .array(z.object({ environment: z.string(), name: z.string() }))
      .describe('What the group of a row counts into'),
    labels: z.array(z.string()).describe('Keys of the labels in scope, which clusters may be grouped by'),
    legend: z.array(z.string()).describe('What each fill stands for; empty when filled by state'),
    clusters: z
      .array(z.tuple([z.string(), z.int().min(0), z.int().min(0), z.int().min(0)]))
      .describe('Name, group, state and fill of each cluster'),
    total: z.int().min(0),
    answered: z.int().min(0).describe('Clusters that are known now'),
    asOf: timeSchema.optional().describe('The oldest sign of life among the reachable clusters'),
  })
  .meta({ id: 'FleetMap' })

export type FleetMapView = z.infer<typeof fleetMapViewSchema>
