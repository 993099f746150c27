interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** A browser as far as signing in goes: it keeps cookies by host and port, and follows what it is told. */
export class OpenIdBrowser {
  readonly #cookies = new Map<string, Map<string, string>>()

  /** One request; redirects are answered, not followed. */
  async get(url: string, init: Asked = {}) {
    const { host } = new URL(url)
    const jar = this.#cookies.get(host) ?? new Map<string, string>()
    this.#cookies.set(host, jar)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { redirect: 'manual', ...init, headers: { cookie, ...init.headers } })
    for (const set of response.headers.getSetCookie()) {
      const [pair = ''] = set.split(';')
      const at = pair.indexOf('=')
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(set)) jar.delete(pair.slice(0, at))
      else jar.set(pair.slice(0, at), pair.slice(at + 1))
    }
    const location = response.headers.get('location')
    const to = location === null ? undefined : new URL(location, url).href
    return { status: response.status, to, text: await response.text(), headers: response.headers }
  }

  /** Follows redirects until one leads to `stop`, or none. */
  async follow(url: string, stop: string, init: Asked = {}) {
    let answer = await this.get(url, init)
    while (answer.to !== undefined && !answer.to.startsWith(stop)) answer = await this.get(answer.to)
    return answer
  }

  cookiesOf(url: string): string[] {
    return [...(this.#cookies.get(new URL(url).host)?.keys() ?? [])]
  }
}
