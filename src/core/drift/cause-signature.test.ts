import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { type CauseParts, causeSignature } from './cause-signature.ts'

const hash = (text: string): bigint => createHash('sha256').update(text).digest().readBigUInt64LE()

const edit: CauseParts = {
  bundle: 'checkout',
  ref: { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' },
  path: [{ f: 'spec' }, { f: 'replicas' }],
  class: 'taken',
  desired: '3',
  live: '5',
  manager: 'kubectl-edit',
}

test('the same edit has the same signature, and any other has another', () => {
  expect(causeSignature(edit, hash)).toMatch(/^c-[0-9a-f]{16}$/)
  expect(causeSignature({ ...edit }, hash)).toBe(causeSignature(edit, hash))
  const others: CauseParts[] = [
    { ...edit, live: '6' },
    { ...edit, live: undefined },
    { ...edit, desired: '4' },
    { ...edit, manager: undefined },
    { ...edit, class: 'lost' },
    { ...edit, bundle: 'other' },
    { ...edit, path: [{ f: 'spec' }, { f: 'paused' }] },
    { ...edit, ref: { ...edit.ref, namespace: 'pay' } },
  ]
  const signatures = [edit, ...others].map((parts) => causeSignature(parts, hash))
  expect(new Set(signatures).size).toBe(signatures.length)
})

test('an absent value is not the text of null', () => {
  expect(causeSignature({ ...edit, live: undefined }, hash)).not.toBe(
    causeSignature({ ...edit, live: 'null' }, hash),
  )
})
