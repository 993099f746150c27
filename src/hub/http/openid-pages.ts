import type { Hono } from 'hono'
import type { Lockout, OpenId } from '../auth/index.ts'
import { newSecret, openIdCallback } from '../auth/index.ts'
import { isFailure } from '../../core/failure.ts'
import { type Asked, type Bindings, cookiePlaceOf } from './request-identity.ts'
import { cookieOf, forgetBrowser, keepBrowser, keepSession, browserCookieName } from './session-cookie.ts'
import type { SignInOptions } from './sign-in.ts'
import { statementPage } from './statement-page.ts'

/** The pages by which a browser goes to the OpenID provider and comes back. */
export function addOpenId(app: Hono<Bindings>, openid: OpenId, options: SignInOptions): void {
  app.get('/sign-in/openid', async (context) => {
    const to = context.req.query('to') ?? '/'
    if (!isOwnPath(to)) {
      return statementPage(context, 400, 'This leads out of the hub', ['Nobody was signed in.'])
    }
    const locked = await lockedPage(context, options.lockout)
    if (locked !== undefined) return locked
    const browser = newSecret('evc')
    return atProvider(context, async () => {
      const url = await openid.begin(browser, to)
      context.header('set-cookie', keepBrowser(browser, cookiePlaceOf(context, options.secure)))
      return context.redirect(url.href, 303)
    })
  })
  app.get(openIdCallback, async (context) => {
    const locked = await lockedPage(context, options.lockout)
    if (locked !== undefined) return locked
    const place = cookiePlaceOf(context, options.secure)
    const browser = cookieOf(context.req.header('cookie'), browserCookieName(place))
    return atProvider(context, async () => {
      const { search } = new URL(context.req.url)
      const proven = await openid.finish(search, browser)
      context.header('set-cookie', forgetBrowser(place), { append: true })
      if ('refused' in proven) {
        await options.lockout.failed(addressOf(context))
        return statementPage(context, 401, 'You are not signed in', [
          `The sign-in was refused: ${proven.refused}.`,
        ])
      }
      const { name, groups, to } = proven
      const agent = context.req.header('user-agent') ?? ''
      const { secret, session } = await options.accounts.begin(
        { name, groups, local: false },
        'openid',
        agent,
      )
      options.note('signed-in', `${name} signed in by OpenID Connect (session ${session.id})`, {
        actor: name,
        requestId: context.get('requestId'),
      })
      context.header('set-cookie', keepSession(secret, place), { append: true })
      return context.redirect(to, 303)
    })
  })
}

/** True for a path of the hub itself: no other host, however a browser reads it (safety row 39). */
export function isOwnPath(path: string): boolean {
  return path.length <= 2000 && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path)
}

/** A page for those who guessed too often. */
export async function lockedPage(context: Asked, lockout: Lockout): Promise<Response | undefined> {
  const seconds = await lockout.waits(addressOf(context))
  if (seconds === undefined) return undefined
  context.header('retry-after', String(seconds))
  return statementPage(context, 429, 'Too many failed sign-ins', [
    `From here it failed too often. Try again when nobody has tried for ${seconds / 60} minutes.`,
  ])
}

export function addressOf(context: Asked): string {
  return context.env.incoming.socket.remoteAddress ?? 'unknown'
}

async function atProvider(context: Asked, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work()
  } catch (error) {
    if (!isFailure(error, 'unreachable-issuer')) throw error
    return statementPage(context, 502, 'The OpenID provider cannot be used', [
      error.message,
      error.hint ?? '',
    ])
  }
}
