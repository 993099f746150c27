import { expect, test } from 'vitest'
import { ownHashes, type Receipt } from '../../core/drift/index.ts'
import { packHashes } from '../../core/drift/hash-list.ts'
import { MemberTable } from './index.ts'

const ref = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'api' }
const made = { apiVersion: 'apps/v1', bundle: 'shop', variant: 'v', index: 0, hash: 'h' }
const receipt: Receipt = {
  uid: 'u',
  resourceVersion: '7',
  manifestHash: 'h',
  schemaHash: 's',
  own: ownHashes(['f:data'], packHashes([9n])),
}

test('what is set on a member is there until it is taken back, whatever else is', () => {
  const member = new MemberTable().ensure(ref, made)
  expect([member.busy, member.orphaned, member.observedOnly, member.trouble]).toEqual([
    false,
    false,
    false,
    undefined,
  ])
  member.busy = true
  member.trouble = { code: 'invalid', message: 'refused' }
  member.unheard = 'silent'
  member.busy = false
  expect([member.busy, member.trouble?.code, member.unheard]).toEqual([false, 'invalid', 'silent'])
  member.trouble = undefined
  member.unheard = undefined
  expect([member.trouble, member.unheard, member.orphaned]).toEqual([undefined, undefined, false])
})

test('what agreed with one receipt says nothing about another one', () => {
  const member = new MemberTable().ensure(ref, made)
  member.receipt = receipt
  member.agreed = 5n
  member.receipt = { ...receipt, resourceVersion: '8' }
  expect(member.agreed).toBeUndefined()
})

test('a bundle has the members that were moved to it, and no others', () => {
  const table = new MemberTable()
  const member = table.ensure(ref, made)
  const other = table.ensure({ ...ref, name: 'web' }, made)
  table.inventory('shop').set(member.key, { ref, apiVersion: 'apps/v1', uid: 'u' })
  table.transfer(member, 'base')
  expect(table.ofBundle('base')).toEqual([member])
  expect(table.ofBundle('shop')).toEqual([other])
  expect([...table.inventory('base').keys()]).toEqual([member.key])
  expect(table.inventory('shop').size).toBe(0)
})
