import { expect, test } from 'vitest'
import { type ApiCode, statusOf } from '../../api/index.ts'
import type { GitFailureCode } from '../../git/index.ts'
import type { KubeCode } from '../../kube/index.ts'
import type { SpokeCode } from '../../spoke/index.ts'
import type { HubCode } from '../failure.ts'

/** Codes that only end a start, and never an answer. */
type OnlyAtStart =
  | 'bad-config'
  | 'bad-key'
  | 'no-key'
  | 'wrong-key'
  | 'store-corrupt'
  | 'store-newer'
  | 'cannot-listen'

type Answered = Exclude<ApiCode | KubeCode | GitFailureCode | SpokeCode | HubCode, OnlyAtStart>

/** Every code that a request can fail with; the type keeps it whole. */
const codes: Readonly<Record<Answered, true>> = {
  aborted: true,
  'adoption-needed': true,
  'already-exists': true,
  'apply-conflict': true,
  'bad-answer': true,
  'bad-audit': true,
  'bad-kubeconfig': true,
  changed: true,
  'claimed-twice': true,
  'commit-lost': true,
  'confirmation-needed': true,
  conflict: true,
  corrupt: true,
  'cross-origin': true,
  denied: true,
  'discovery-failed': true,
  fenced: true,
  'fields-owned': true,
  forbidden: true,
  'git-failed': true,
  gone: true,
  'host-key': true,
  'hub-unreachable': true,
  internal: true,
  'invalid-path': true,
  'invalid-ref': true,
  'invalid-request': true,
  'invalid-url': true,
  invalid: true,
  'key-reused': true,
  'method-not-allowed': true,
  moved: true,
  'no-agent': true,
  'no-content': true,
  'no-credential': true,
  'no-git': true,
  'no-repository': true,
  'no-space': true,
  'no-such-kind': true,
  'not-allowed': true,
  'not-connected': true,
  'not-found': true,
  'not-ready': true,
  'not-text': true,
  'owned-elsewhere': true,
  'path-gone': true,
  'rate-limited': true,
  'read-only': true,
  'ref-vanished': true,
  'refused-identity': true,
  'refused-kubeconfig': true,
  refused: true,
  'server-error': true,
  'store-failed': true,
  'store-full': true,
  'store-locked': true,
  'store-unreachable': true,
  superseded: true,
  timeout: true,
  tls: true,
  'too-large': true,
  unauthenticated: true,
  unauthorized: true,
  'unknown-kind': true,
  'unreachable-issuer': true,
  unreachable: true,
  'unreadable-content': true,
  'unsafe-tree': true,
  'unsupported-media': true,
  'wave-timeout': true,
  'wrong-cluster': true,
  'wrong-host': true,
}

test('every code that a request can fail with has a status of its own choice', () => {
  const bugs = new Set(['internal', 'unreadable-content'])
  for (const code of Object.keys(codes)) {
    if (bugs.has(code)) expect(statusOf(code), code).toBe(500)
    else expect(statusOf(code), code).not.toBe(500)
  }
})
