import { describe, expect, test } from 'vitest'
import type { ManagedFieldsEntry } from '../object/index.ts'
import { attribute } from './attribute.ts'
import type { AuditMatch } from './audit-match.ts'

const ARRIVED = '2026-07-01T12:00:01.5Z'
const WRITTEN = '2026-07-01T12:00:00Z'
const watched = { observedAt: ARRIVED, watched: true }
const later = { observedAt: ARRIVED, watched: false }

const edit: ManagedFieldsEntry = { manager: 'kubectl-edit', operation: 'Update', time: WRITTEN }
const taken = { class: 'taken', holder: edit, holderPath: 'exact' } as const
const removed = { class: 'removed', holder: undefined, holderPath: undefined } as const

const audit: AuditMatch = {
  person: 'alice',
  isServiceAccount: false,
  verb: 'patch',
  time: '2026-07-01T12:00:00.25Z',
  manager: 'kubectl-edit',
  subresource: '',
  sure: 'exact',
}

describe('without audit', () => {
  test('a field that a known tool holds is observed, without a person', () => {
    expect(attribute(taken, watched)).toEqual({
      manager: 'kubectl-edit',
      operation: 'Update',
      kind: 'human',
      sure: 'observed',
      when: ARRIVED,
      whenIsBound: false,
    })
  })

  test('what was seen only after a gap is inferred, and its time is a bound', () => {
    expect(attribute(taken, later)).toMatchObject({ sure: 'inferred', when: WRITTEN, whenIsBound: true })
    expect(attribute(removed, later)).toMatchObject({ when: ARRIVED, whenIsBound: true })
  })

  test.each([
    ['an atomic ancestor holds the field', { ...taken, holderPath: 'ancestor' as const }],
    [
      'the entry has no time',
      { ...taken, holder: { manager: 'kubectl-edit', operation: 'Update' as const } },
    ],
    ['the manager may be anybody', { ...taken, holder: { ...edit, manager: 'kubectl' } }],
    ['the manager is unknown', { ...taken, holder: { ...edit, manager: 'Go-http-client' } }],
  ])('it is inferred where %s', (_why, finding) => {
    expect(attribute(finding, watched).sure).toBe('inferred')
  })

  test.each(['removed', 'missing', 'silent'] as const)(
    'a %s field has no writer, whoever holds something near it',
    (found) => {
      const unknown = { kind: 'unknown', sure: 'inferred', when: ARRIVED, whenIsBound: false }
      expect(attribute({ class: found, holder: edit, holderPath: 'ancestor' }, watched)).toEqual(unknown)
    },
  )

  test("a cluster's own classification counts", () => {
    const overrides = [{ manager: 'kubectl-edit', kind: 'pipeline' as const }]
    expect(attribute(taken, { ...watched, overrides }).kind).toBe('pipeline')
  })
})

describe('with an audit record', () => {
  test('of that very write the person is exact, and so is the time', () => {
    expect(attribute(taken, { ...watched, audit })).toMatchObject({
      manager: 'kubectl-edit',
      person: 'alice',
      sure: 'exact',
      when: audit.time,
      whenIsBound: false,
    })
  })

  test('joined on time, or found after a gap, it is observed at most', () => {
    expect(attribute(taken, { ...watched, audit: { ...audit, sure: 'observed' } }).sure).toBe('observed')
    expect(attribute(taken, { ...later, audit }).sure).toBe('observed')
  })

  test('of another manager than the holder nobody is named', () => {
    const attribution = attribute(taken, {
      ...watched,
      audit: { ...audit, manager: 'kubectl-label', person: 'bob' },
    })
    expect(attribution.person).toBeUndefined()
    expect(attribution).toMatchObject({ manager: 'kubectl-edit', sure: 'observed' })
  })

  test('even a removal has a writer', () => {
    expect(attribute(removed, { ...watched, audit })).toMatchObject({
      manager: 'kubectl-edit',
      kind: 'human',
      person: 'alice',
      sure: 'exact',
    })
  })

  test('case 40: a service account behind kubectl is a pipeline, a controller stays one', () => {
    const account = { ...audit, person: 'system:serviceaccount:ci:deployer', isServiceAccount: true }
    expect(attribute(taken, { ...watched, audit: account }).kind).toBe('pipeline')
    const controller = { ...taken, holder: { ...edit, manager: 'kube-controller-manager' } }
    const record = { ...account, manager: 'kube-controller-manager' }
    expect(attribute(controller, { ...watched, audit: record }).kind).toBe('controller')
  })
})
