import { expect, test } from 'vitest'
import { at, later } from './conformance-rows.ts'
import type { StoredSession, StoredToken } from './index.ts'
import type { StoreUnderTest } from './store.conformance.ts'

/** Tokens, sessions and codes: what says who somebody is. */
export function describeAccess({ fresh, reopen }: StoreUnderTest): void {
  test('a token is known by its hash, and by nothing after it was revoked', async () => {
    const opened = await fresh()
    const person = { name: 'alice', groups: ['team'], local: false }
    const token = (id: string, purpose: string): StoredToken => {
      const privileges = ['read', 'admin']
      return { purpose, id, label: 'ci', person, privileges, limits: { clusters: ['a'] }, createdAt: at }
    }
    await opened.tokens.save('t0ken', token('t-1', 'local'))
    await opened.tokens.save('t0ken-2', { ...token('t-2', 'api'), expiresAt: later })
    const again = await reopen()
    expect(await again.tokens.find('t0ken')).toEqual(token('t-1', 'local'))
    expect(await again.tokens.find('t0ke')).toBeUndefined()
    expect(await again.tokens.find('')).toBeUndefined()
    await again.tokens.used('t-2', later)
    const used = { ...token('t-2', 'api'), expiresAt: later, usedAt: later }
    expect(await again.tokens.list('api')).toEqual([used])
    expect(await again.tokens.list('api', 'bob')).toEqual([])
    expect(await again.tokens.end('api', 't-2', 'bob')).toBe(false)
    expect(await again.tokens.end('local', 't-2')).toBe(false)
    expect(await again.tokens.end('api', 't-2', 'alice')).toBe(true)
    expect(await again.tokens.find('t0ken-2')).toBeUndefined()
    await again.tokens.revoke('local')
    expect(await again.tokens.find('t0ken')).toBeUndefined()
  })

  test('a session is found by its secret, listed by person, and gone when it was ended or is over', async () => {
    const opened = await fresh()
    const session = (id: string, name: string): StoredSession => ({
      id,
      person: { name, groups: ['team'], local: true },
      via: 'link',
      agent: 'a browser',
      createdAt: at,
      seenAt: at,
      expiresAt: later,
    })
    await opened.sessions.begin('secret-1', session('s-1', 'alice'))
    await opened.sessions.begin('secret-2', session('s-2', 'bob'))
    await opened.sessions.seen('s-2', later)
    const { sessions } = await reopen()
    expect(await sessions.find('secret-1')).toEqual(session('s-1', 'alice'))
    expect(await sessions.find('secret')).toBeUndefined()
    expect((await sessions.list()).map(({ id }) => id)).toEqual(['s-2', 's-1'])
    expect((await sessions.list('alice')).map(({ id }) => id)).toEqual(['s-1'])
    expect(await sessions.end('s-1', 'bob')).toBe(false)
    expect(await sessions.end('s-1', 'alice')).toBe(true)
    expect(await sessions.find('secret-1')).toBeUndefined()
    await sessions.forget({ expires: at, seen: at })
    expect(await sessions.find('secret-2')).toBeDefined()
    await sessions.forget({ expires: '2999-01-01T00:00:00.000Z', seen: at })
    expect(await sessions.find('secret-2')).toBeUndefined()
  })

  test('a code is good once, for its purpose and until it is over', async () => {
    const opened = await fresh()
    for (const code of ['a', 'b', 'c']) await opened.oneTime.save('sign-in-link', code, { code }, later)
    const { oneTime } = await reopen()
    const taken = await Promise.all([1, 2, 3].map(() => oneTime.take('sign-in-link', 'a', at)))
    expect(taken.filter((one) => one !== undefined)).toEqual([{ code: 'a' }])
    expect(await oneTime.take('openid', 'b', at)).toBeUndefined()
    expect(await oneTime.take('sign-in-link', 'b', '2999-01-01T00:00:00.000Z')).toBeUndefined()
    await oneTime.forget(at)
    expect(await oneTime.take('sign-in-link', 'c', at)).toEqual({ code: 'c' })
  })

  test('a key of a write is claimed once, and gives its answer from then on until it is forgotten', async () => {
    const opened = await fresh()
    const claims = await Promise.all([1, 2, 3].map(() => opened.answers.claim('alice', 'k', 'f1', at)))
    expect(claims.map(({ kind }) => kind).toSorted()).toEqual(['begun', 'begun', 'claimed'])
    const answer = { status: 200, type: 'application/json', body: '{"a":"ü"}' }
    await opened.answers.keep('alice', 'k', answer)
    const { answers } = await reopen()
    expect(await answers.claim('alice', 'k', 'f2', at)).toEqual({
      kind: 'answered',
      fingerprint: 'f1',
      answer,
    })
    expect(await answers.claim('bob', 'k', 'f2', later)).toEqual({ kind: 'claimed' })
    await answers.release('bob', 'k')
    expect(await answers.claim('bob', 'k', 'f3', later)).toEqual({ kind: 'claimed' })
    await answers.forget(later)
    expect(await answers.claim('alice', 'k', 'f2', later)).toEqual({ kind: 'claimed' })
    expect(await answers.claim('bob', 'k', 'f2', later)).toEqual({ kind: 'begun', fingerprint: 'f3' })
  })
}
