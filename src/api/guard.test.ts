import { describe, expect, test } from 'vitest'
import { guardOf, unconfirmed } from './index.ts'

const sandbox = { cluster: 'dev', tier: 'sandbox' } as const
const standard = { cluster: 'stage', tier: 'standard' } as const
const prod1 = { cluster: 'prod-1', tier: 'protected' } as const
const prod2 = { cluster: 'prod-2', tier: 'protected' } as const

describe('the guard of a write', () => {
  test('is that of the highest tier it reaches', () => {
    expect(guardOf([sandbox, standard]).tier).toBe('standard')
    expect(guardOf([sandbox, prod1, standard])).toEqual({ tier: 'protected', typed: '3', needsReason: true })
    expect(guardOf([prod1, prod1]).typed).toBe('prod-1')
  })

  test('takes a yes below protected, and the typed name or number with a reason there', () => {
    expect(unconfirmed(guardOf([standard]), {})?.code).toBe('confirmation-needed')
    expect(unconfirmed(guardOf([standard]), { yes: true })).toBeUndefined()
    const one = guardOf([prod1])
    expect(unconfirmed(one, { yes: true, reason: 'x' })?.hint).toBe(
      'confirm with --confirm=prod-1 and --reason',
    )
    expect(unconfirmed(one, { confirm: 'prod-1', reason: ' ' })?.code).toBe('confirmation-needed')
    expect(unconfirmed(one, { confirm: 'prod-1', reason: 'INC-1' })).toBeUndefined()
    expect(unconfirmed(guardOf([prod1, prod2]), { confirm: 'prod-1', reason: 'INC-1' })).toBeDefined()
    expect(unconfirmed(guardOf([prod1, prod2]), { confirm: '2', reason: 'INC-1' })).toBeUndefined()
  })
})
