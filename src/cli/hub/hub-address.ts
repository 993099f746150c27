import { cliFailure } from '../cli-failure.ts'
import type { Environment } from '../output/terminal.ts'
import { findLocalHub, hubFile } from './local-hub.ts'

export interface HubAddress {
  readonly url: string
  readonly token: string
  /** As it is shown: `local`, or the host. */
  readonly name: string
}

/**
 * Where the hub is: `--hub` with the token in `EVENKEEL_TOKEN`, else the local hub that runs. The local hub's token is
 * sent to the local hub only. Throws `no-hub`, `no-token` or `usage`.
 */
export async function hubAddress(named: string | undefined, environment: Environment): Promise<HubAddress> {
  const local = await findLocalHub(environment)
  const token = environment['EVENKEEL_TOKEN'] ?? ''
  if (named === undefined) {
    if (local !== undefined) return { url: local.url, token: local.token, name: 'local' }
    throw cliFailure(
      'no-hub',
      `hub: not found: none was named, and none runs here (${hubFile(environment)})`,
      {
        hint: 'start one with evenkeel hub, or name one with --hub URL and its token in EVENKEEL_TOKEN',
      },
    )
  }
  const url = URL.parse(named)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw cliFailure('usage', `--hub ${named}: not an http or https address`, {
      hint: 'write it like --hub https://hub.example.com',
    })
  }
  if (url.username !== '' || url.password !== '') {
    throw cliFailure('usage', '--hub: holds a user or password, which would show in process lists', {
      hint: 'put the token in EVENKEEL_TOKEN',
    })
  }
  if (token !== '') return { url: url.href, token, name: url.host }
  if (local !== undefined && new URL(local.url).origin === url.origin) return { ...local, name: 'local' }
  throw cliFailure('no-token', `hub ${url.host}: no token to show it`, { hint: 'put one in EVENKEEL_TOKEN' })
}
