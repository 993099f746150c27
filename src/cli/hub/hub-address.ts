import { cliFailure } from '../cli-failure.ts'
import type { Environment } from '../output/terminal.ts'
import { findLocalHub, hubFile } from './local-hub.ts'
import { findLogin } from './logins.ts'

export interface HubAddress {
  readonly url: string
  readonly token: string
  /** As it is shown: `local`, or the host. */
  readonly name: string
}

/**
 * Where the hub is: `--hub`, else the one that was logged in to last, else the local hub that runs. A token is sent to the
 * hub that it is for and to no other: that of `EVENKEEL_TOKEN` to `--hub`, those of `ek login` and of the local hub to
 * their own addresses. Throws `no-hub`, `no-token` or `usage`.
 */
export async function hubAddress(named: string | undefined, environment: Environment): Promise<HubAddress> {
  const local = await findLocalHub(environment)
  if (named === undefined) {
    const login = await findLogin(environment)
    if (login !== undefined) return { ...login, name: new URL(login.url).host }
    if (local !== undefined) return { url: local.url, token: local.token, name: 'local' }
    throw cliFailure(
      'no-hub',
      `hub: not found: none was named, and none runs here (${hubFile(environment)})`,
      {
        hint: 'start one with evenkeel hub, log in to one with ek login URL, or name one with --hub URL',
      },
    )
  }
  const url = hubUrl(named, '--hub')
  const token = environment['EVENKEEL_TOKEN'] ?? ''
  if (token !== '') return { url: url.href, token, name: url.host }
  const login = await findLogin(environment, url)
  if (login !== undefined) return { ...login, name: url.host }
  if (local !== undefined && new URL(local.url).origin === url.origin) return { ...local, name: 'local' }
  throw cliFailure('no-token', `hub ${url.host}: no token to show it`, {
    hint: 'log in with ek login, or put one in EVENKEEL_TOKEN',
  })
}

/** Reads the address of a hub. Throws `usage`. */
export function hubUrl(text: string, from: string): URL {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw cliFailure('usage', `${from} ${text}: not an http or https address`, {
      hint: 'write it like https://hub.example.com',
    })
  }
  if (url.username !== '' || url.password !== '') {
    throw cliFailure('usage', `${from}: holds a user or password, which would show in process lists`, {
      hint: 'put the token in EVENKEEL_TOKEN',
    })
  }
  return url
}
