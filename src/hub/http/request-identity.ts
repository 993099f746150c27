import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { Shown } from './authorise.ts'
import { type CookiePlace, cookieOf, sessionCookieName } from './session-cookie.ts'

/** What every handler of the hub's requests has at hand. */
export interface Bindings {
  Bindings: HttpBindings
  Variables: { requestId: string }
}

export type Asked = Context<Bindings>

/** Where the cookies of a request belong. */
export function cookiePlaceOf(context: Asked, secure: boolean): CookiePlace {
  return { secure, port: context.env.incoming.socket.localPort ?? 0 }
}

/** What of a request says who sends it. */
export function shownBy(context: Asked, secure: boolean): Shown {
  const header = (name: string): string | undefined => context.req.header(name)
  const session = cookieOf(header('cookie'), sessionCookieName(cookiePlaceOf(context, secure)))
  return { method: context.req.method, header, session }
}
