import { adminToken } from './serve-fleet.ts'

export interface Asked {
  readonly method?: string
  readonly token?: string | undefined
  readonly headers?: Record<string, string>
  readonly body?: string | undefined
}

/** One request to a hub as it is, and its answer as it came. */
export async function askHub(url: string, path: string, asked: Asked = {}) {
  const token = 'token' in asked ? asked.token : adminToken
  const response = await fetch(url + path, {
    method: asked.method ?? 'GET',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...asked.headers,
    },
    ...(asked.body === undefined ? {} : { body: asked.body }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: parsed(text) }
}

export function postHub(url: string, path: string, body: unknown, asked: Asked = {}) {
  return askHub(url, path, { method: 'POST', body: JSON.stringify(body), ...asked })
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
