import { checkUrl } from '../../git/index.ts'
import { refusalOfHost } from '../../runtime/index.ts'

/** A folder of a repository elsewhere, as a kustomization names it. */
export interface RemoteBase {
  /** What git takes: without folder and query. */
  readonly url: string
  /** Branch, tag or commit; the repository's own default branch without it. */
  readonly ref: string | undefined
  /** The folder in the repository; empty for its root. */
  readonly path: string
}

/** Why a reference is not fetched, and what to do instead. */
export interface RemoteRefusal {
  readonly message: string
  readonly hint: string
}

/**
 * Reads a remote resource of a kustomization by the rules of Kustomize: `//` or `.git` ends the repository, else its
 * first two parts do; `ref` or `version` names the revision. Refused is what `git/` refuses, a single file over HTTP,
 * and a host that means this machine or its surroundings unless it is among `allowedHosts` (safety rows 12, 15, 17).
 */
export function readRemoteBase(
  reference: string,
  allowedHosts: readonly string[] = [],
): RemoteBase | RemoteRefusal {
  const [address = '', ...queries] = reference.replace(/^git::/, '').split('?')
  const query = new URLSearchParams(queries.join('?'))
  const parts = hostAndRest(address)
  if (parts === undefined) {
    return refused('is no repository', 'write https://host/organisation/repository//folder?ref=TAG')
  }
  const { host, rest } = parts
  const split = repositoryAndPath(rest)
  if (split === undefined) {
    return refused('names no repository of an organisation', 'put // between repository and folder')
  }
  if (/\.(?:ya?ml|json)$/.test(split.path === '' ? split.repository : split.path)) {
    return refused(
      'is a single file, which is not fetched',
      'commit the file here, or name its folder in a repository',
    )
  }
  const url = `${host}${split.repository}`
  const checked = checkUrl(url)
  if ('code' in checked) return refused(checked.message, checked.hint ?? 'write an https address')
  if (checked.transport === 'file') return refused('is a folder of a machine', 'write an https address')
  if (checked.hasPassword)
    return refused('holds a password', 'list the repository in evenkeel.yaml with a credential')
  const named = hostOf(checked.address)
  const refusal = allowedHosts.includes(named) ? undefined : refusalOfHost(named.replace(/:\d+$/, ''))
  if (refusal !== undefined)
    return refused(`is at ${named}, which is ${refusal}`, 'name a host that others reach too')
  const path = cleaned(split.path)
  if (path === undefined) return refused('leads outside its repository', 'name a folder below its root')
  const ref = query.get('ref') ?? query.get('version') ?? undefined
  return { url: checked.address, ref: ref === '' ? undefined : ref, path }
}

/** The address up to the host, as git takes it, and what follows. */
function hostAndRest(address: string): { host: string; rest: string } | undefined {
  const full = /^((?:https?|ssh):\/\/[^/]+\/)(.+)$/i.exec(address)
  if (full !== null) return { host: full[1] ?? '', rest: full[2] ?? '' }
  const short = /^((?:[A-Za-z0-9_.-]+@)[A-Za-z0-9.-]+:)(?!\/\/)(.+)$/.exec(address)
  if (short !== null) return { host: short[1] ?? '', rest: short[2] ?? '' }
  const bare = /^((?:www\.)?github\.com)[/:](.+)$/i.exec(address)
  return bare === null ? undefined : { host: `https://${bare[1]}/`, rest: bare[2] ?? '' }
}

function repositoryAndPath(rest: string): { repository: string; path: string } | undefined {
  const ended =
    /^(.+?)\/\/(.*)$/.exec(rest) ??
    /^(.*?_git\/[^/]+)\/?(.*)$/.exec(rest) ??
    /^(.+?\.git)(?:\/(.*))?$/.exec(rest)
  if (ended !== null) return { repository: ended[1] ?? '', path: ended[2] ?? '' }
  const [organisation = '', repository = '', ...path] = rest.split('/')
  if (organisation === '' || repository === '') return undefined
  return { repository: `${organisation}/${repository}`, path: path.join('/') }
}

/** Host and port, where it has one, of an address that was checked. */
function hostOf(address: string): string {
  const short = /^(?:[^@:/]+@)?([^:/]+):(?!\/\/)/.exec(address)
  return short?.[1] ?? new URL(address).host
}

function cleaned(path: string): string | undefined {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined
    } else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

function refused(message: string, hint: string): RemoteRefusal {
  return { message, hint }
}
