import { z } from 'zod'
import { confirmationFields } from './guard.ts'
import { objectRefSchema, sentenceSchema, timeSchema, wordSchema } from './scalars.ts'

const runStates = [
  'running',
  'paused',
  'stopped',
  'reverting',
  'reverted',
  'done',
  'aborted',
  'superseded',
] as const

export const runStateSchema = z.enum(runStates).meta({ id: 'RunState' })

const countsSchema = z.object({
  clusters: z.int().min(0),
  done: z.int().min(0).describe('Healthy at the revision of the run, or left out'),
  failed: z.int().min(0),
  away: z.int().min(0).describe('Released while they could not be reached; they catch up'),
  working: z.int().min(0).describe('Released, and not healthy yet'),
  waiting: z.int().min(0).describe('Not released yet'),
})

/** A run without its clusters, for lists. */
export const runSummarySchema = z
  .object({
    id: z.string(),
    bundle: z.string(),
    revision: z.string(),
    state: runStateSchema,
    stage: z.object({ name: z.string(), number: z.int().min(1), of: z.int().min(1) }),
    counts: countsSchema,
    waits: z.array(z.string()).describe('What it waits for now; empty when it goes on by itself'),
    reason: z.string().optional().describe('Why it is paused, stopped or ended'),
    startedBy: z.string().optional().describe('The person; absent where a commit began it'),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'RunSummary' })

export type RunSummary = z.infer<typeof runSummarySchema>

export const effectSchema = z
  .object({
    clusters: z.array(z.string()).describe('The clusters on which it has this very effect'),
    from: z.string().optional().describe('The revision that is in force; absent where the bundle is new'),
    items: z.array(
      z.object({
        action: z.enum(['create', 'configure', 'delete']),
        object: objectRefSchema,
        fields: z.array(z.object({ path: z.string(), from: z.string(), to: z.string() })),
      }),
    ),
    more: z.int().min(0).describe('Objects that change and are not listed'),
    notes: z
      .array(z.string())
      .describe('Modes that change, and in a draft what one of the clusters would refuse, by dry-runs'),
  })
  .meta({ id: 'Effect' })

export type EffectView = z.infer<typeof effectSchema>

export const runViewSchema = runSummarySchema
  .extend({
    stages: z.array(
      countsSchema.extend({
        name: z.string(),
        soakMs: z.int().min(0),
        gates: z.array(z.string()),
        maxParallel: z.int().min(1).optional(),
        note: z.string().optional().describe('Why it waits, or that it comes later'),
      }),
    ),
    members: z.array(
      z.object({
        cluster: z.string(),
        stage: z.string(),
        state: z.enum(['waiting', 'released', 'healthy', 'failed', 'away', 'skipped', 'reverted']),
        since: timeSchema.optional(),
        detail: z.string().optional(),
      }),
    ),
    effects: z.array(effectSchema).describe('The distinct effects, the one with the most clusters first'),
    approval: z
      .object({ reason: z.string(), clusters: z.int().min(1), by: z.string().optional() })
      .optional()
      .describe('What a person has to approve before the first of these clusters'),
    approvals: z
      .array(
        z.object({
          by: z.string(),
          at: timeSchema,
          stage: z.string().optional().describe('Absent for the approval of the run itself'),
          reason: z.string().optional().describe('What the approver said'),
        }),
      )
      .describe('Who let it go on, and why'),
    timetable: z
      .array(z.object({ stage: z.string(), startsAt: timeSchema.optional(), endsAt: timeSchema.optional() }))
      .describe('Simulated from now on; without a time where it hangs on a person'),
  })
  .meta({ id: 'Run' })

export type RunView = z.infer<typeof runViewSchema>

export const draftViewSchema = z
  .object({
    run: runViewSchema.optional().describe('Absent when nothing would change'),
    problem: z.object({ message: z.string(), hint: z.string() }).optional().describe('Why none can begin'),
  })
  .meta({ id: 'DraftRun' })

export type DraftView = z.infer<typeof draftViewSchema>

/** resume and skip let clusters be written to and are guarded by their tiers; pause and abort stop writes. */
export const controlRequestSchema = z
  .object({
    action: z.enum(['pause', 'resume', 'skip', 'abort', 'revert']),
    ...confirmationFields,
  })
  .meta({ id: 'ControlRunRequest' })

export type ControlRequest = z.infer<typeof controlRequestSchema>

export const startRequestSchema = z.object(confirmationFields).meta({ id: 'StartRunRequest' })

export const freezeViewSchema = z
  .object({
    id: z.string(),
    reason: z.string(),
    by: z.string(),
    at: timeSchema,
    until: timeSchema.optional(),
    clusters: z.array(z.string()).describe('The clusters that it holds now'),
    scope: z.object({
      clusters: z.array(z.string()).optional(),
      environments: z.array(z.string()).optional(),
      labels: z.string().optional(),
    }),
    endedAt: timeSchema.optional(),
    endedBy: z.string().optional(),
  })
  .meta({ id: 'Freeze' })

export type FreezeView = z.infer<typeof freezeViewSchema>

export const freezeRequestSchema = z
  .object({
    reason: sentenceSchema,
    forMs: z.int().min(1).optional().describe('Ends by itself after so many milliseconds'),
    clusters: z.array(wordSchema).max(5000).optional(),
    environments: z.array(wordSchema).max(1000).optional(),
    labels: z.string().max(4096).optional(),
  })
  .meta({ id: 'FreezeRequest' })

export type FreezeRequest = z.infer<typeof freezeRequestSchema>

export const thawRequestSchema = z.object(confirmationFields).meta({ id: 'ThawRequest' })
