import type { Hono } from 'hono'
import type { Accounts, Lockout, OpenId } from '../auth/index.ts'
import type { Note } from './account-handlers.ts'
import { addOpenId, addressOf, lockedPage } from './openid-pages.ts'
import { type Asked, type Bindings, cookiePlaceOf } from './request-identity.ts'
import { crossOrigin } from './same-origin.ts'
import { keepSession } from './session-cookie.ts'
import { statementPage } from './statement-page.ts'

export interface SignInOptions {
  readonly accounts: Accounts
  /** True when browsers reach the hub by https. */
  readonly secure: boolean
  readonly note: Note
  readonly lockout: Lockout
  /** Where people of an organisation sign in; undefined when hub.yaml names no provider. */
  readonly openid: OpenId | undefined
}

const longestCode = 200

/** The pages by which a browser signs in: it opens a link, and goes on signed in. */
export function addSignIn(app: Hono<Bindings>, options: SignInOptions): void {
  app.get('/sign-in', async (context) => {
    // Only the person who has the link opens it: nothing that another page embeds or leads to.
    const from = context.req.header('sec-fetch-site')
    if (from !== undefined && from !== 'none' && from !== 'same-origin') {
      throw crossOrigin('a sign-in link is opened from its own window')
    }
    const code = context.req.query('code')
    if (code === undefined) return context.redirect('/', 303)
    const locked = await lockedPage(context, options.lockout)
    if (locked !== undefined) return locked
    const agent = context.req.header('user-agent') ?? ''
    // A look ahead, as chat programs send for a preview, uses nothing up.
    const begun =
      context.req.method === 'GET' && code.length <= longestCode
        ? await options.accounts.signInByLink(code, agent)
        : undefined
    if (begun === undefined) {
      if (context.req.method === 'GET') await options.lockout.failed(addressOf(context))
      return usedUp(context)
    }
    const { person, id } = begun.session
    options.note('signed-in', `${person.name} signed in by a link (session ${id})`, {
      actor: person.name,
      requestId: context.get('requestId'),
    })
    context.header('set-cookie', keepSession(begun.secret, cookiePlaceOf(context, options.secure)))
    return context.redirect('/', 303)
  })
  if (options.openid !== undefined) addOpenId(app, options.openid, options)
}

function usedUp(context: Asked): Response {
  return statementPage(context, 401, 'This link signs nobody in any more', [
    'It was used before, it is older than ten minutes, or it is not whole.',
    'Make a new one on the machine of the hub with: ek login --link',
  ])
}
