import { readFile } from 'node:fs/promises'
import { failureOfAnswer } from '../../api/index.ts'
import { reasonOf } from '../../core/failure.ts'
import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import type { Session } from '../session.ts'

export interface ApiFlags {
  readonly data?: string
}

/**
 * `ek api PATH`: one request to the hub as it is, and its answer as it came; with `--data` a POST of that JSON. Guards
 * ask nothing here: the hub itself refuses what was not confirmed.
 */
export async function apiCommand(session: Session, path: string, { data }: ApiFlags): Promise<ExitCode> {
  // The token goes to the hub: what names another host is no path.
  if (!/^\/(api\/v1\/|openapi\.json|readyz|livez)/.test(path)) {
    throw cliFailure('usage', `api ${path}: not a path of the hub`, {
      hint: 'write one such as /api/v1/status',
    })
  }
  const { address } = await session.hub()
  const body = data === undefined ? undefined : await textOf(data)
  const response = await fetch(`${address.url.replace(/\/+$/, '')}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    redirect: 'error',
    headers: {
      authorization: `Bearer ${address.token}`,
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }),
    },
    signal: session.signal,
    ...(body === undefined ? {} : { body }),
  }).catch((error: unknown) => {
    throw cliFailure('no-hub', `hub ${address.url}: no answer: ${reasonOf(error)}`, { cause: error })
  })
  if (!response.ok) throw await failureOfAnswer(response)
  if (response.body === null) return exitCodes.success
  const decoder = new TextDecoder()
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    session.terminal.raw(decoder.decode(chunk, { stream: true }))
  }
  session.terminal.raw('\n')
  return exitCodes.success
}

async function textOf(data: string): Promise<string> {
  if (!data.startsWith('@')) return data
  const file = data === '@-' ? '/dev/stdin' : data.slice(1)
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw cliFailure('file', `--data ${data}: cannot be read: ${reasonOf(error)}`, { cause: error })
  }
}
