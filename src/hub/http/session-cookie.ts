/** How the cookies of a hub are called and kept. */
export interface CookiePlace {
  /** True when browsers reach the hub by https, also through a proxy before it. */
  readonly secure: boolean
  /** The port that it listens on: on loopback browsers send the cookies of one port to every other. */
  readonly port: number
}

/** The cookie that holds the secret of a session; `__Host-` keeps other hosts and paths from setting it (RFC 6265bis, 4.1.3.2). */
export function sessionCookieName({ secure, port }: CookiePlace): string {
  return secure ? '__Host-evenkeel' : `evenkeel-${port}`
}

/** The secret in a Cookie header; undefined when there is none, or two. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  const found = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  const [only] = found
  return found.length === 1 && only !== undefined && /^[\x21-\x7e]{1,512}$/.test(only) ? only : undefined
}

/** The Set-Cookie header that keeps a session, until it is over or the browser is closed. */
export function keepSession(secret: string, place: CookiePlace): string {
  return `${sessionCookieName(place)}=${secret}; ${attributes(place, 'Strict')}`
}

/** The Set-Cookie header that forgets it. */
export function forgetSession(place: CookiePlace): string {
  return `${sessionCookieName(place)}=; ${attributes(place, 'Strict')}; Max-Age=0`
}

/** The cookie that binds a sign-in to the browser that began it. It comes back from the provider's page, so it is Lax. */
export function browserCookieName({ secure, port }: CookiePlace): string {
  return secure ? '__Host-evenkeel-sign-in' : `evenkeel-sign-in-${port}`
}

export function keepBrowser(secret: string, place: CookiePlace): string {
  return `${browserCookieName(place)}=${secret}; ${attributes(place, 'Lax')}; Max-Age=600`
}

export function forgetBrowser(place: CookiePlace): string {
  return `${browserCookieName(place)}=; ${attributes(place, 'Lax')}; Max-Age=0`
}

function attributes({ secure }: CookiePlace, sameSite: 'Strict' | 'Lax'): string {
  return `Path=/; HttpOnly; SameSite=${sameSite}${secure ? '; Secure' : ''}`
}
