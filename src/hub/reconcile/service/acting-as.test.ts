import { expect, test } from 'vitest'
import type { Credential } from '../../service.ts'
import { actingAs } from './acting-as.ts'

const caller = (via: Credential['via']) => ({
  name: 'alice@corp',
  groups: ['sre'],
  local: via === 'hub',
  grants: [],
  credential: { via, id: 'x', expiresAt: undefined },
})

test('only a person whom the provider vouches for acts in the clusters by name', () => {
  expect(actingAs(caller('openid'))).toEqual({ as: { user: 'alice@corp', groups: ['sre'] } })
  for (const via of ['hub', 'token', 'link', 'signature'] as const)
    expect(actingAs(caller(via)), via).toEqual({})
})
