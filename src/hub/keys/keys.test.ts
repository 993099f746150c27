import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Redacted } from '../../runtime/index.ts'
import { deriveKeys, loadSecretKey } from './index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-keys-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const fresh = { hasData: false }

describe('the secret key', () => {
  test('is made at the first start, for its user alone, and is the same at the next', async () => {
    const source = { kind: 'beside-data', folder: join(folder, 'new') } as const
    const made = await loadSecretKey(source, fresh)
    expect(made.reveal()).toHaveLength(32)
    expect((await stat(join(folder, 'new', 'secret.key'))).mode & 0o777).toBe(0o600)
    expect(await readdir(join(folder, 'new'))).toEqual(['secret.key'])
    const again = await loadSecretKey(source, { hasData: true })
    expect(Buffer.compare(made.reveal(), again.reveal())).toBe(0)
  })

  test('is not made anew when there are data', async () => {
    const source = { kind: 'beside-data', folder } as const
    await expect(loadSecretKey(source, { hasData: true })).rejects.toMatchObject({ code: 'no-key' })
    expect(await readdir(folder)).toEqual([])
  })

  test('is refused when others may read it', async () => {
    const source = { kind: 'beside-data', folder } as const
    await loadSecretKey(source, fresh)
    await chmod(join(folder, 'secret.key'), 0o640)
    await expect(loadSecretKey(source, fresh)).rejects.toMatchObject({ code: 'bad-key' })
  })

  test.each(['hex', 'base64', 'base64url', 'raw'] as const)(
    'is read from a mounted file in %s',
    async (form) => {
      const key = randomBytes(32)
      const file = join(folder, 'mounted')
      await writeFile(file, form === 'raw' ? key : `${key.toString(form)}\n`)
      const read = await loadSecretKey({ kind: 'mounted', file }, fresh)
      expect(Buffer.compare(read.reveal(), key)).toBe(0)
    },
  )

  test.each(['', 'short', 'z'.repeat(64), 'a'.repeat(63)])('is refused when it is %j', async (text) => {
    const file = join(folder, 'mounted')
    await writeFile(file, text)
    const failure = await loadSecretKey({ kind: 'mounted', file }, fresh).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'bad-key' })
    if (text !== '') expect(String(failure)).not.toContain(text)
  })

  test('that should be mounted is never made', async () => {
    const file = join(folder, 'mounted')
    await expect(loadSecretKey({ kind: 'mounted', file }, fresh)).rejects.toMatchObject({ code: 'no-key' })
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('made by two starts at a time is one key: the slower start fails instead of replacing it', async () => {
    const source = { kind: 'beside-data', folder } as const
    const starts = await Promise.allSettled([loadSecretKey(source, fresh), loadSecretKey(source, fresh)])
    const kept = await loadSecretKey(source, { hasData: true })
    for (const start of starts) {
      if (start.status === 'fulfilled') expect(Buffer.compare(start.value.reveal(), kept.reveal())).toBe(0)
    }
    expect(starts.some((start) => start.status === 'fulfilled')).toBe(true)
  })
})

describe('derived keys', () => {
  const one = deriveKeys(new Redacted(new Uint8Array(32).fill(1)))
  const other = deriveKeys(new Redacted(new Uint8Array(32).fill(2)))

  test('are the same for the same secret and others for another', () => {
    const again = deriveKeys(new Redacted(new Uint8Array(32).fill(1)))
    expect(one.check).toBe(again.check)
    expect(one.check).not.toBe(other.check)
    expect(one.hash.hash64('a')).toBe(again.hash.hash64('a'))
    expect(one.hash.hash64('a')).not.toBe(other.hash.hash64('a'))
    expect(one.hash.hash128('a')).toMatch(/^[0-9a-f]{32}$/)
    expect(new Set([one.tokenHash('a'), one.hash.hash128('a'), one.chain('', 'a'), one.check]).size).toBe(4)
  })

  test('the 64-bit hash spreads over all 64 bits', () => {
    let ones = 0n
    for (let index = 0; index < 200; index++) ones |= one.hash.hash64(String(index))
    expect(ones).toBe(2n ** 64n - 1n)
  })

  test('content opens to what was sealed, under its own name and key only', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.string(), fc.string(), (plain, name, wrong) => {
        const envelope = one.content.seal(plain, name)
        expect(Buffer.compare(one.content.open(envelope, name), plain)).toBe(0)
        expect(() => other.content.open(envelope, name)).toThrow('cannot be decrypted')
        if (wrong !== name) expect(() => one.content.open(envelope, wrong)).toThrow('cannot be decrypted')
      }),
    )
  })

  test('content with any changed bit or cut tail is refused', () => {
    const envelope = one.content.seal(Buffer.from('kind: Secret'), 'n')
    for (let at = 0; at < envelope.length; at++) {
      const changed = Buffer.from(envelope)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => one.content.open(changed, 'n')).toThrow('cannot be decrypted')
      expect(() => one.content.open(envelope.subarray(0, at), 'n')).toThrow('cannot be decrypted')
    }
  })

  test('row 46: an envelope shows nothing of its content, not even that two are equal', () => {
    const canary = 'c4nary-9f3e-s3cret'
    const first = one.content.seal(Buffer.from(canary), 'n')
    expect(first.includes(canary)).toBe(false)
    expect(first.equals(one.content.seal(Buffer.from(canary), 'n'))).toBe(false)
  })
})
