import { z } from 'zod'
import { identityViewSchema } from './cluster-view.ts'
import { confirmationFields } from './guard.ts'
import { objectRefSchema, sentenceSchema, timeSchema } from './scalars.ts'

const planStates = [
  'waiting',
  'approved',
  'automatic',
  'rejected',
  'executed',
  'failed',
  'superseded',
] as const

export const planStateSchema = z.enum(planStates).meta({ id: 'PlanState' })

const actionSchema = z.enum(['create', 'configure', 'delete', 'adopt'])

/** A plan without its items, for lists. */
export const planSummarySchema = z
  .object({
    id: z.string(),
    identity: identityViewSchema,
    clusterId: z.string().describe('The identity that the plan was made for'),
    bundle: z.string(),
    revision: z.string(),
    actions: z.partialRecord(actionSchema, z.int().min(0)).describe('Objects by action'),
    reasons: z.array(z.string()).describe('Why a person must confirm it; empty where none has to'),
    state: planStateSchema,
    createdAt: timeSchema,
    decidedAt: timeSchema.optional(),
    decidedBy: z.string().optional(),
    decisionReason: z.string().optional(),
  })
  .meta({ id: 'PlanSummary' })

export type PlanSummary = z.infer<typeof planSummarySchema>

export const planViewSchema = planSummarySchema
  .extend({
    items: z.array(
      z.object({
        action: actionSchema,
        object: objectRefSchema,
        uid: z.string().optional(),
        fields: z.array(z.object({ path: z.string(), from: z.string(), to: z.string() })),
        note: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'Plan' })

export type PlanView = z.infer<typeof planViewSchema>

export const approveRequestSchema = z.object(confirmationFields).meta({ id: 'ApproveRequest' })
export const rejectRequestSchema = z
  .object({ reason: sentenceSchema.optional() })
  .meta({ id: 'RejectRequest' })
