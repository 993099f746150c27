import { z } from 'zod'
import { privileges } from '../core/access/index.ts'
import { timeSchema } from './scalars.ts'

export { type Privilege, privileges } from '../core/access/index.ts'

export const whoamiViewSchema = z
  .object({
    name: z.string(),
    privileges: z.array(z.enum(privileges)),
    hub: z.object({
      version: z.string(),
      installation: z.string(),
      readOnly: z.boolean(),
      startedAt: timeSchema,
    }),
  })
  .meta({ id: 'Whoami' })

export type WhoamiView = z.infer<typeof whoamiViewSchema>

export const reconcileResultSchema = z
  .object({
    clusters: z.array(z.string()).describe('The clusters that were told to look again'),
    repository: z.boolean().describe('True when the fleet repository is looked at as well'),
  })
  .meta({ id: 'ReconcileResult' })

export type ReconcileResult = z.infer<typeof reconcileResultSchema>

export const readinessSchema = z
  .object({
    ready: z.boolean(),
    waitingFor: z.array(z.string()).describe('The dependencies that are not ready, by name'),
  })
  .meta({ id: 'Readiness' })

export type Readiness = z.infer<typeof readinessSchema>
