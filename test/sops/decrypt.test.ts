import { generateIdentity, identityToRecipient } from 'age-encryption'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decryptTree, openAgeKeys, type SopsAccess } from '../../src/hub/sops/index.ts'
import { readYaml } from '../../src/render/yaml/index.ts'
import { ensureSops } from '../../tools/sops/index.ts'

let sops: string
let folder: string
let identity: string
let recipient: string

beforeAll(async () => {
  sops = await ensureSops()
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-sops-'))
  identity = await generateIdentity()
  recipient = await identityToRecipient(identity)
}, 900_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Encrypts a file with the real program. */
async function encrypt(text: string, flags: readonly string[] = [], name = 'secret.yaml'): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, text)
  const own = flags.includes('--config') ? [] : ['--age', recipient]
  const args = flags.includes('--config') ? [...flags, 'encrypt', file] : ['encrypt', ...own, ...flags, file]
  const run = spawnSync(sops, args, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: folder },
  })
  if (run.status !== 0) throw new Error(run.stderr)
  return run.stdout
}

const keys = (...texts: string[]): SopsAccess => openAgeKeys(async () => texts)

async function decrypt(
  text: string,
  access: SopsAccess = keys(`# created: today\n${identity}\n`),
  name = 'a.yaml',
) {
  const outcome = await decryptTree(new Map([[name, Buffer.from(text)]]), access)
  if ('problems' in outcome) return outcome.problems[0]
  return Buffer.from(outcome.files.get(name) ?? []).toString('utf8')
}

const valuesOf = (text: unknown) => {
  if (typeof text !== 'string') return text
  return readYaml(text, '').documents.map(({ value }) => value)
}

const secret = `# who may read this
apiVersion: v1
kind: Secret
metadata:
    name: db
    annotations:
        "10": ten
        "2": two
type: Opaque
immutable: false
stringData:
    password: "it's: \\"quoted\\" # and √ long"
    empty: ""
    lines: |
        one
        two
    number: "0755"
`

describe('a file that sops has encrypted', () => {
  test.each([
    ['whole', []],
    ['only the values of a Secret', ['--encrypted-regex', '^(data|stringData)$']],
    ['all but what names it', ['--unencrypted-regex', '^(apiVersion|kind|metadata|type)$']],
  ])('is the file of before, value by value: %s', async (_, flags) => {
    const encrypted = await encrypt(secret, flags)
    expect(encrypted).not.toContain('quoted')
    const plain = await decrypt(encrypted)
    expect(valuesOf(plain)).toEqual(valuesOf(secret))
    // Problems of manifests name lines: those of the file in Git.
    const lineOf = (text: string): number => text.split('\n').findIndex((line) => line.includes('stringData'))
    expect(lineOf(typeof plain === 'string' ? plain : '')).toBe(lineOf(encrypted))
  })

  test('may have a code over its encrypted values only', async () => {
    const config = join(folder, 'sops-config.yaml')
    const rule = { age: recipient, encrypted_regex: '^stringData$', mac_only_encrypted: true }
    await writeFile(config, JSON.stringify({ creation_rules: [rule] }))
    const encrypted = await encrypt(secret, ['--config', config])
    expect(encrypted).toContain('mac_only_encrypted: true')
    expect(valuesOf(await decrypt(encrypted))).toEqual(valuesOf(secret))
    const renamed = encrypted.replace('kind: Secret', 'kind: Secrets')
    expect(valuesOf(await decrypt(renamed))).toMatchObject([{ kind: 'Secrets' }])
    const emptied = encrypted.replace(/^ {4}password: .*\n/m, '')
    expect(await decrypt(emptied)).toMatchObject({ message: expect.stringContaining('code does not match') })
  })

  test('may hold numbers, truth values, nothing, lists and several documents', async () => {
    const values = `replicas: 3\nratio: 0.5\nlarge: 1200000.0\noctal: 0755\nenabled: true\ndisabled: false\nnothing: null\nlist:\n    - a\n    - 7\n    - b: c\n---\nsecond: document\n`
    for (const flags of [[], ['--encrypted-regex', '^(list|second)$']]) {
      const plain = await decrypt(await encrypt(values, flags))
      expect(plain).toBeTypeOf('string')
      expect(valuesOf(plain)).toEqual(valuesOf(values))
    }
  })

  test('may be JSON', async () => {
    const json = JSON.stringify({ a: 'b', n: 1.5, yes: true, deep: { list: ['x', { y: 'z' }] } })
    const encrypted = await encrypt(json, [], 'values.json')
    expect(valuesOf(await decrypt(encrypted, undefined, 'values.json'))).toEqual(valuesOf(json))
  })

  test('is refused whole when anything in it was changed, moved or left out without sops', async () => {
    const encrypted = await encrypt(secret, ['--encrypted-regex', '^stringData$'])
    const password = /^ {4}password: .*$/m.exec(encrypted)?.[0] ?? ''
    const empty = /^ {4}lines: (.*)$/m.exec(encrypted)?.[1] ?? ''
    const changes: readonly (readonly [string, string])[] = [
      ['kind: Secret', 'kind: ConfigMap'],
      ['immutable: false', 'immutable: true'],
      [`${password}\n`, ''],
      [password, `    password: ${empty}`],
      ['password: ENC', 'secret: ENC'],
      [password, '    password: in clear'],
      ['mac: ENC[AES256_GCM,data:', 'mac: ENC[AES256_GCM,data:A'],
    ]
    for (const [from, to] of changes) {
      expect(encrypted, from).toContain(from)
      expect(await decrypt(encrypted.replace(from, to)), `${from} -> ${to}`).toMatchObject({
        severity: 'error',
        message: expect.stringContaining('encrypted with SOPS'),
      })
    }
  })

  test('is refused without a key, with another key, and where it may not be opened, and nothing of it is shown', async () => {
    const encrypted = await encrypt(secret)
    expect(await decrypt(encrypted, undefined as SopsAccess)).toBeDefined()
    const outcome = await decryptTree(new Map([['a.yaml', Buffer.from(encrypted)]]), undefined)
    expect(outcome).toMatchObject({
      problems: [{ file: 'a.yaml', hint: 'name age keys as sops.age in hub.yaml' }],
    })
    expect(await decrypt(encrypted, keys(await generateIdentity()))).toMatchObject({
      message: 'it is encrypted with SOPS for other keys than those of this hub',
    })
    expect(await decrypt(encrypted, { withheld: 'commit it' })).toMatchObject({ hint: 'commit it' })
    const spoilt = await decrypt(encrypted.replace(/(password: .*tag:)..../, '$1AAAA'))
    expect(JSON.stringify(spoilt)).not.toContain('quoted')
  })

  test('opens with the one of several keys that it is for, and leaves other files as they are', async () => {
    const encrypted = await encrypt(secret)
    const access = keys(await generateIdentity(), `${identity}\n`)
    expect(valuesOf(await decrypt(encrypted, access))).toEqual(valuesOf(secret))
    const other = 'note: ENC[AES256_GCM,data: is how it looks\n'
    expect(await decrypt(other, access)).toBe(other)
  })
})
