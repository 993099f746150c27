import { z } from 'zod'

const address = z.string().max(2048)
const urls = z.looseObject({
  clone_url: address.optional(),
  ssh_url: address.optional(),
  git_url: address.optional(),
  html_url: address.optional(),
  git_http_url: address.optional(),
  git_ssh_url: address.optional(),
})
const payloadSchema = z.looseObject({ repository: urls.optional(), project: urls.optional() })

/**
 * The repositories that the payload of a webhook is about, each as `host/path`. Nothing else of it is looked at: neither
 * what was pushed, nor by whom, nor which revision it says (safety row 42). Undefined for what is no such payload.
 */
export function announcedRepositories(payload: unknown): ReadonlySet<string> | undefined {
  const parsed = payloadSchema.safeParse(payload)
  if (!parsed.success) return undefined
  const { repository, project } = parsed.data
  const found = [repository, project].flatMap((one) => [
    one?.clone_url,
    one?.ssh_url,
    one?.git_url,
    one?.html_url,
    one?.git_http_url,
    one?.git_ssh_url,
  ])
  const places = found.flatMap((url) => (url === undefined ? [] : (placeOfRepository(url) ?? [])))
  return places.length === 0 ? undefined : new Set(places)
}

/**
 * Where a repository is, as `host/path`, whichever way it is spoken to: `https://`, `ssh://` and `user@host:path` of one
 * repository are one place. Undefined for anything else, such as a folder of this machine.
 */
export function placeOfRepository(url: string): string | undefined {
  const scp = /^(?:[A-Za-z0-9_.-]+@)?([A-Za-z0-9.-]+):(?!\/\/)([^:\s]+)$/.exec(url)
  const text = scp === null ? url : `ssh://${scp[1]}/${scp[2]}`
  if (!/^(?:https?|ssh|git):\/\/\S+$/i.test(text) || !URL.canParse(text)) return undefined
  const { hostname, pathname } = new URL(text)
  const path = pathname.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '')
  return hostname === '' || path === '' ? undefined : `${hostname.toLowerCase()}/${path}`
}

/** The same as its two parts: the host, and the path of the repository there. */
export function forgePlaceOf(url: string): { readonly host: string; readonly path: string } | undefined {
  const place = placeOfRepository(url)
  if (place === undefined) return undefined
  const slash = place.indexOf('/')
  return { host: place.slice(0, slash), path: place.slice(slash + 1) }
}
