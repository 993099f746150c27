import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatPath } from '../fields/index.ts'
import type { Json, JsonMap, KubeObject } from '../object/index.ts'
import { fieldSetOf } from '../schema/index.ts'
import { additionsIn } from './additions.ts'
import { compareLive } from './compare-live.ts'
import { coOwners } from './co-owners.ts'
import { bytesOfHashes, hashAt, hashesIn, hashesOfBytes, packHashes } from './hash-list.ts'
import { ownHashes } from './own-hashes.ts'
import { ownDigest } from './own-digest.ts'
import { decodeReceipt, encodeReceipt, type Hash64, type Receipt, receiptOf } from './receipt.ts'

const M = 'evenkeel'

/** FNV-1a, 64 bit. */
const hash: Hash64 = (text) => {
  let digest = 0xcbf29ce484222325n
  for (const character of text) {
    digest = BigInt.asUintN(64, (digest ^ BigInt(character.codePointAt(0) ?? 0)) * 0x100000001b3n)
  }
  return digest
}

function object(spec: Json, fieldsV1?: JsonMap, more: readonly object[] = []): KubeObject {
  const ours = fieldsV1 === undefined ? [] : [{ manager: M, operation: 'Apply' as const, fieldsV1 }]
  const metadata = {
    name: 'x',
    namespace: 'y',
    uid: 'u',
    resourceVersion: '7',
    managedFields: [...ours, ...more],
  }
  return { apiVersion: 'example.dev/v1', kind: 'Shop', metadata, spec }
}

function receipt(reply: KubeObject): Receipt {
  return receiptOf(reply, { manager: M, type: undefined, schemaHash: 's', manifestHash: 'm', hash })
}

function lines(live: KubeObject, from: Receipt): string[] {
  return compareLive(live, from, { manager: M, hash }).map(
    ({ class: found, path }) => `${found} ${formatPath(path)}`,
  )
}

const values = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), {
  maxKeys: 4,
  noNullPrototype: true,
})

/** An object as a server answers our apply of it. */
const replies = values.map((generated) => {
  const spec = JSON.parse(JSON.stringify(generated)) as JsonMap
  return object(spec, fieldSetOf(object(spec), undefined).toFieldsV1())
})

describe('a receipt', () => {
  test('has no findings, additions or co-owners in the reply it was made from', () => {
    fc.assert(
      fc.property(replies, (reply) => {
        const taken = receipt(reply)
        expect(compareLive(reply, taken, { manager: M, hash })).toEqual([])
        expect(additionsIn(reply, taken, { manager: M })).toEqual([])
        expect(coOwners(reply, taken, M)).toEqual([])
      }),
    )
  })

  test('reads back from the journal as it was written, through JSON', () => {
    fc.assert(
      fc.property(replies, (reply) => {
        const taken = receipt(reply)
        const read = decodeReceipt(JSON.parse(JSON.stringify(encodeReceipt(taken))))
        expect(read).toEqual(taken)
        expect(read.own.paths).toBe(taken.own.paths)
      }),
    )
  })

  test('that is damaged in the journal is refused', () => {
    const encoded = encodeReceipt(receipt(object({ a: 1 }, { 'f:spec': { 'f:a': {} } })))
    const damaged = [
      { ...encoded, paths: [] },
      { ...encoded, hashes: 'no base64!' },
      { ...encoded, hashes: encoded.hashes.slice(4) },
      { ...encoded, paths: ['k:{'] },
    ]
    for (const broken of damaged) {
      expect(() => decodeReceipt(broken)).toThrowError(expect.objectContaining({ code: 'malformed-receipt' }))
    }
  })

  test('cannot be taken from a reply that names no fields of ours', () => {
    const others = [
      { manager: M, operation: 'Update', fieldsV1: { 'f:spec': {} } },
      { manager: M, operation: 'Apply', subresource: 'status', fieldsV1: { 'f:status': {} } },
      { manager: 'other', operation: 'Apply', fieldsV1: { 'f:spec': {} } },
    ]
    expect(() => receipt(object({ a: 1 }, undefined, others))).toThrowError(
      expect.objectContaining({
        code: 'no-apply-entry',
        message: 'Shop y/x: cannot take a receipt: the reply has no fields applied by "evenkeel"',
      }),
    )
  })

  test('holds no value, only hashes of the given function', () => {
    const secret = 'hunter2'
    const taken = receipt(object({ password: secret }, { 'f:spec': { 'f:password': {} } }))
    expect(JSON.stringify(encodeReceipt(taken))).not.toContain(secret)
    expect(hashAt(taken.own.hashes, 0)).toBe(hash(JSON.stringify(secret)))
  })

  test('keeps a hash that looks like a mark apart from the mark', () => {
    const zero: Hash64 = () => 0n
    const reply = object({ a: 'x' }, { 'f:spec': { 'f:a': {} } })
    const taken = receiptOf(reply, {
      manager: M,
      type: undefined,
      schemaHash: '',
      manifestHash: '',
      hash: zero,
    })
    const gone = object({}, { 'f:spec': { 'f:a': {} } })
    expect(compareLive(reply, taken, { manager: M, hash: zero })).toEqual([])
    expect(compareLive(gone, taken, { manager: M, hash: zero })).toMatchObject([{ class: 'removed' }])
  })

  test('shares one list of paths with all receipts of equal lists', () => {
    const reply = object({ a: 1 }, { 'f:spec': { 'f:a': {} } })
    expect(receipt(reply).own.paths).toBe(receipt(object({ a: 2 }, { 'f:spec': { 'f:a': {} } })).own.paths)
    const { hashes } = receipt(reply).own
    expect(ownHashes(['f:spec\nf:a'], hashes).paths).toBe(receipt(reply).own.paths)
    expect(ownHashes(['f:spec\nf:b'], hashes).paths).not.toBe(receipt(reply).own.paths)
    expect(ownHashes([], packHashes([])).paths).not.toBe(ownHashes([''], packHashes([0n])).paths)
  })

  test('shares what stood there with all receipts of equal objects', () => {
    const reply = object({ a: 1 }, { 'f:spec': { 'f:a': {} } })
    const equal = object({ a: 1 }, { 'f:spec': { 'f:a': {} } })
    expect(receipt(equal).own).toBe(receipt(reply).own)
    expect(decodeReceipt(encodeReceipt(receipt(reply))).own).toBe(receipt(reply).own)
    expect(receipt(object({ a: 2 }, { 'f:spec': { 'f:a': {} } })).own).not.toBe(receipt(reply).own)
  })
})

describe('what was applied and does not stand in the reply', () => {
  const entry = { 'f:spec': { 'f:none': {} } }

  test('is no difference as long as nothing stands there', () => {
    expect(lines(object({}, entry), receipt(object({}, entry)))).toEqual([])
  })

  test('is one when something does', () => {
    expect(lines(object({ none: 1 }, entry), receipt(object({}, entry)))).toEqual(['silent spec.none'])
    expect(lines(object({ none: 1 }, {}), receipt(object({}, entry)))).toEqual(['taken spec.none'])
  })
})

describe('after a change of the schema', () => {
  const rules = [{ name: 'a', v: 1 }]
  const edited = [{ name: 'a', v: 2 }]
  const whole = { 'f:spec': { 'f:rules': {} } }
  const parts = { 'f:spec': { 'f:rules': { 'k:{"name":"a"}': { '.': {}, 'f:name': {}, 'f:v': {} } } } }
  const editor = (fieldsV1: JsonMap): object => ({ manager: 'kubectl-edit', operation: 'Update', fieldsV1 })
  const value = { 'f:spec': { 'f:rules': { 'k:{"name":"a"}': { 'f:v': {} } } } }

  test('from atomic to keyed, others own the parts of what our entry names as a whole (F16f)', () => {
    const [found] = compareLive(
      object({ rules: edited }, whole, [editor(value)]),
      receipt(object({ rules }, whole)),
      {
        manager: M,
        hash,
      },
    )
    expect(found).toMatchObject({
      class: 'taken',
      holderPath: 'descendant',
      holder: { manager: 'kubectl-edit' },
    })
  })

  test('from atomic to keyed, our entry may already name the parts', () => {
    expect(lines(object({ rules }, parts), receipt(object({ rules }, whole)))).toEqual([])
    expect(
      lines(object({ rules: edited }, value, [editor(value)]), receipt(object({ rules }, whole))),
    ).toEqual(['taken spec.rules'])
    expect(lines(object({ rules: edited }, parts), receipt(object({ rules }, whole)))).toEqual([
      'silent spec.rules',
    ])
  })

  test('from keyed to atomic, whoever holds the whole holds its parts', () => {
    const before = receipt(object({ rules }, parts))
    expect(lines(object({ rules }, whole), before)).toEqual([])
    const [found] = compareLive(object({ rules: edited }, {}, [editor(whole)]), before, {
      manager: M,
      hash,
    }).filter(({ class: kind }) => kind === 'taken')
    expect(found).toMatchObject({ holderPath: 'ancestor', holder: { manager: 'kubectl-edit' } })
  })
})

describe('the holder', () => {
  const ours = { 'f:spec': { 'f:a': {} } }
  const from = receipt(object({ a: 1 }, ours))
  const held = (...more: object[]) =>
    compareLive(object({ a: 2 }, {}, more), from, { manager: M, hash })[0]?.holder
  const entry = (manager: string, time?: string): object => ({
    manager,
    operation: 'Update',
    fieldsV1: ours,
    ...(time === undefined ? {} : { time }),
  })

  test('is the newest entry, and one without time is the newest of all', () => {
    const [old, young, timeless] = [
      entry('old', '2026-01-01T00:00:00Z'),
      entry('young', '2026-01-02T00:00:00Z'),
      entry('timeless'),
    ]
    expect(held(young, old)).toMatchObject({ manager: 'young' })
    expect(held(old, young, timeless)).toMatchObject({ manager: 'timeless' })
  })

  test('is never ours under another operation, nor an entry that cannot be read', () => {
    const broken = { manager: 'broken', operation: 'Update', fieldsV1: { nonsense: {} } }
    expect(held(entry(M), broken)).toBeUndefined()
    expect(held(entry(M), entry('old', '2026-01-01T00:00:00Z'))).toMatchObject({ manager: 'old' })
  })
})

describe('the digest of what is ours', () => {
  const digest = (live: KubeObject, from: Receipt): bigint => ownDigest(live, from, { manager: M, hash })

  test('never stands for two states of which one differs from the receipt and the other does not', () => {
    fc.assert(
      fc.property(replies, replies, fc.boolean(), (reply, other, ownEntry) => {
        const taken = receipt(reply)
        // Values of another object, below our entry as it was or as that object has it.
        const managedFields = (ownEntry ? reply : other).metadata.managedFields ?? []
        const live: KubeObject = { ...other, metadata: { ...other.metadata, managedFields } }
        const same = digest(live, taken) === digest(reply, taken)
        if (same) expect(lines(live, taken)).toEqual([])
        if (lines(live, taken).length > 0) expect(same).toBe(false)
      }),
    )
  })

  test('stays as it is while a status, a field of somebody else or a part of what only has to be there changes', () => {
    const fields = { 'f:spec': { 'f:replicas': {}, 'f:ports': { '.': {} } } }
    const reply = object({ replicas: 3, ports: { a: 1 } }, fields)
    const taken = receipt(reply)
    const more = [{ manager: 'hpa', operation: 'Update', fieldsV1: { 'f:spec': { 'f:paused': {} } } }]
    const later = {
      ...object({ replicas: 3, ports: { b: 2 }, paused: true }, fields, more),
      status: { ready: 3 },
    }
    expect(digest(later, taken)).toBe(digest(reply, taken))
    expect(digest(object({ replicas: 4, ports: { a: 1 } }, fields), taken)).not.toBe(digest(reply, taken))
    expect(digest(object({ replicas: 3 }, fields), taken)).not.toBe(digest(reply, taken))
    expect(digest(object({ replicas: 3, ports: { a: 1 } }, {}), taken)).not.toBe(digest(reply, taken))
  })
})

test('a list of hashes answers each hash that it was made of, and nothing beside them', () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })), (hashes) => {
      const list = packHashes(hashes)
      expect(hashesIn(list)).toEqual(hashes)
      expect([hashAt(list, -1), hashAt(list, hashes.length)]).toEqual([undefined, undefined])
      expect(hashesOfBytes(bytesOfHashes(list))).toBe(list)
    }),
  )
})
