import { isAbsolute } from 'node:path'
import { Failure } from '../core/failure.ts'
import type { GitFailureCode } from './failures.ts'

/** A repository's address that may be opened. */
export interface CheckedUrl {
  readonly transport: 'https' | 'http' | 'ssh' | 'file'
  /** What git is given: without user and password where a credential brings them. */
  readonly address: string
  /** For messages: without any secret. */
  readonly shown: string
  /** True when the text holds a password or what looks like a token. */
  readonly hasPassword: boolean
}

const host = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])$/
const user = /^[A-Za-z0-9_](?:[A-Za-z0-9_.~+-]*)$/
const loopback = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/

/**
 * Decides whether a text is a repository's address, and which transport it takes. Allowed are `https://`,
 * `ssh://`, `user@host:path`, `file://` and absolute paths, and `http://` on loopback; whatever git might
 * take for an option, a helper (`ext::sh`) or another host is refused (safety row 17).
 */
export function checkUrl(text: string): CheckedUrl | Failure<GitFailureCode> {
  if (text.length > 2048 || text === '' || /[\s\p{Cc}\p{Surrogate}]/u.test(text) || text.startsWith('-')) {
    return refuse('it is empty, too long, or holds white space or a leading dash')
  }
  if (/^[A-Za-z0-9]*::/.test(text)) return refuse('remote helpers are not allowed')
  if (isAbsolute(text)) return fileUrl(text)
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) return scpUrl(text)
  if (scheme === 'file') return fileUrl(text.slice('file://'.length))
  if (scheme !== 'https' && scheme !== 'http' && scheme !== 'ssh') {
    return refuse(`the transport ${scheme} is not allowed`)
  }
  return networkUrl(scheme, text)
}

function networkUrl(scheme: 'https' | 'http' | 'ssh', text: string): CheckedUrl | Failure<GitFailureCode> {
  const parts = /^[a-z]+:\/\/(?:([^@/?#]*)@)?(\[[^\]/]*\]|[^:/?#@[\]]+)(?::([0-9]{1,5}))?(\/[^?#]*)$/i.exec(
    text,
  )
  if (parts === null) return refuse('it is no URL of a repository')
  const [, userinfo, name = '', port, path = ''] = parts
  if (!host.test(name)) return refuse('its host name is malformed')
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))
    return refuse('its port is malformed')
  if (!isPlainPath(path)) return refuse('its path is malformed')
  if (scheme === 'http' && !loopback.test(name))
    return refuse('plain http is allowed on loopback only', 'write https')
  const [account, password] = splitAt(userinfo ?? '', ':')
  if (account !== '' && !user.test(account) && scheme === 'ssh') return refuse('its user name is malformed')
  const rest = `${name}${port === undefined ? '' : `:${port}`}${path}`
  const withUser = scheme === 'ssh' && account !== '' ? `${account}@` : ''
  return {
    transport: scheme,
    address: `${scheme}://${withUser}${rest}`,
    shown: `${scheme}://${withUser}${rest}`,
    // A forge's token alone may stand where the user name does.
    hasPassword: (password ?? '') !== '' || (scheme !== 'ssh' && account.length >= 20),
  }
}

function scpUrl(text: string): CheckedUrl | Failure<GitFailureCode> {
  const parts = /^(?:([^@:/]+)@)?([^@:/]+):([^:]+)$/.exec(text)
  if (parts === null)
    return refuse('it is no URL of a repository', 'write https://, ssh:// or an absolute path')
  const [, account, name = '', path = ''] = parts
  if (!host.test(name) || (account !== undefined && !user.test(account)) || !isPlainPath(path)) {
    return refuse('it is malformed')
  }
  return { transport: 'ssh', address: text, shown: text, hasPassword: false }
}

function fileUrl(path: string): CheckedUrl | Failure<GitFailureCode> {
  if (!isAbsolute(path) || path.split('/').includes('..'))
    return refuse('a local path must be absolute, without ..')
  return { transport: 'file', address: path, shown: path, hasPassword: false }
}

/** A path without parts that climb, and without a part that a program could take for an option. */
function isPlainPath(path: string): boolean {
  return (
    !/[\\"'`$;|&<>]|::/.test(path) && !path.split('/').some((part) => part === '..' || part.startsWith('-'))
  )
}

function splitAt(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function refuse(reason: string, hint?: string): Failure<GitFailureCode> {
  return new Failure('invalid-url', `repository URL refused: ${reason}`, hint === undefined ? {} : { hint })
}
