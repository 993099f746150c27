import { redactText } from '../runtime/index.ts'
import type { GitFailureCode } from './failures.ts'

/** What git's standard error means. */
export interface Classified {
  readonly code: GitFailureCode
  /** One line, without secrets. */
  readonly reason: string
  readonly hint?: string
}

const rules: readonly (readonly [RegExp, GitFailureCode, string?])[] = [
  [/No space left on device|Disk quota exceeded/i, 'no-space', 'free space below the data folder'],
  [
    /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|host key .* (?:has changed|is known)/i,
    'host-key',
    'compare the host key with the server, then write it into the credential',
  ],
  [
    /Authentication failed|could not read (?:Username|Password)|Permission denied \(|HTTP code = 40[13]|returned error: 40[13]|Access denied|Invalid credentials/i,
    'denied',
    'check the credential that the repository names',
  ],
  [/dubious ownership/i, 'denied', 'let the user that runs the hub own the repository'],
  [
    /SSL certificate|certificate verif|unable to get local issuer|self.signed certificate|SSL_ERROR|gnutls_handshake|certificate has expired/i,
    'tls',
    'trust the server by an extra certificate authority',
  ],
  [
    /unable to update url base from redirection|returned error: 30[1278]/i,
    'invalid-url',
    'write the final URL',
  ],
  [
    /repository .*not found|does not appear to be a git repository|does not exist|returned error: (?:404|410)|not a git repository/i,
    'no-repository',
  ],
  [
    /\[(?:remote )?rejected\].*\((?:stale info|fetch first|non-fast-forward|failed to update ref|cannot lock ref|incorrect old value|reference already exists)|failed to push some refs[^]*(?:stale info|fetch first|cannot lock ref)|is at [0-9a-f]+ but expected/i,
    'moved',
  ],
  [
    /\[remote rejected\]|hook declined|protected branch/i,
    'refused',
    'let the credential push to this branch, or propose the change on a branch of its own',
  ],
  [/transport '.*' not allowed/i, 'invalid-url'],
  [/not our ref|couldn't find remote ref|unadvertised object/i, 'commit-lost'],
  [
    /Could not resolve host|Connection (?:refused|timed out|reset|closed)|Failed to connect|Network is unreachable|No route to host|early EOF|unexpected disconnect|hung up unexpectedly|Operation timed out|returned error: (?:429|5\d\d)|Empty reply|kex_exchange_identification|Could not read from remote|Recv failure|invalid packet|bad line length|protocol error|curl \d+|RPC failed|non-properly terminated|SSL_read|unable to access/i,
    'unreachable',
  ],
  [
    /bad object|corrupt|inflate|missing (?:blob|tree|commit|object)|loose object|unable to read (?:tree|sha1|object)|bad (?:tree|config|signature)|packfile .* (?:invalid|cannot)|Not a valid object name|broken|invalid object|index-pack abnormal|\.lock': File exists/i,
    'corrupt',
  ],
]

/** Says what went wrong from what git wrote; the words are those of git 2.30 to 2.51 with `LC_ALL=C`. */
export function classify(errors: string, secrets: readonly string[]): Classified {
  const reason = firstReason(errors, secrets)
  for (const [pattern, code, hint] of rules) {
    if (pattern.test(errors)) return hint === undefined ? { code, reason } : { code, reason, hint }
  }
  return { code: 'git-failed', reason }
}

/** The line that says most: the first fatal one, else the first error, else the first line. */
function firstReason(errors: string, secrets: readonly string[]): string {
  const lines = errors
    .split('\n')
    .map((line) => line.replace(/^remote: /, '').trim())
    .filter((line) => line !== '')
  const chosen =
    lines.find((line) => line.startsWith('fatal:')) ?? lines.find((line) => line.startsWith('error:'))
  let text = (chosen ?? lines[0] ?? '').replace(/^(?:fatal|error): /, '')
  for (const secret of secrets) if (secret !== '') text = text.replaceAll(secret, '[redacted]')
  return redactText(text)
    .replaceAll(/\p{Cc}/gu, ' ')
    .slice(0, 300)
}
