import { z } from 'zod'
import { privileges } from './hub-view.ts'
import { timeSchema, wordSchema } from './scalars.ts'

const viaSchema = z
  .enum(['hub', 'token', 'link', 'openid'])
  .describe('hub: the token that the hub gives its own user')

/** How people can sign in with a browser. */
export const waysInSchema = z
  .object({
    link: z.boolean().describe('True when ek login --link gives a link that works from this machine'),
    openid: z
      .object({ label: z.string(), path: z.string().describe('Where a browser goes to begin') })
      .optional(),
  })
  .meta({ id: 'WaysIn' })

export type WaysInView = z.infer<typeof waysInSchema>

/** Who asks, as the hub knows them. */
export const sessionViewSchema = z
  .object({
    name: z.string(),
    via: viaSchema,
    groups: z.array(z.string()),
    privileges: z.array(z.enum(privileges)).describe('Those that are held anywhere'),
    grants: z
      .array(
        z.object({
          privileges: z.array(z.enum(privileges)),
          clusters: z.int().min(0).optional().describe('So many of them; all without it'),
          bundles: z.array(z.string()).optional().describe('All without it'),
          namespaces: z.array(z.string()).optional().describe('All without it'),
        }),
      )
      .describe('Where they are held; several add up'),
    id: z.string().describe('Of the session or the token'),
    expiresAt: timeSchema.optional(),
  })
  .meta({ id: 'Session' })

export type SessionView = z.infer<typeof sessionViewSchema>

/** A browser that is signed in. */
export const browserSessionSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    via: viaSchema,
    agent: z.string().describe('What the browser calls itself'),
    createdAt: timeSchema,
    seenAt: timeSchema,
    expiresAt: timeSchema,
    current: z.boolean().describe('True for the one that asks'),
  })
  .meta({ id: 'BrowserSession' })

export type BrowserSession = z.infer<typeof browserSessionSchema>

export const sessionQuery = z.object({
  name: wordSchema.optional().describe('Of this person, or * for everybody, which only admins may ask for'),
})
export type SessionQuery = z.infer<typeof sessionQuery>

/** A link that signs one browser in, once. */
export const signInLinkSchema = z.object({ url: z.url(), expiresAt: timeSchema }).meta({ id: 'SignInLink' })

export type SignInLink = z.infer<typeof signInLinkSchema>
