import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, readFile, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../runtime/index.ts'
import { driftRecord } from './conformance-rows.ts'
import { openStore, type Store } from './index.ts'
import { migrations } from './migrations/index.ts'
import { testKeys } from './store.conformance.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-embedded-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const keys = () => Promise.resolve(testKeys)

function open(): Promise<Store> {
  return openStore({ location: { kind: 'embedded', folder }, clock: systemClock, keys })
}

/** Another process with the same store: `body` sees `open()` and writes lines. */
function program(body: string): string[] {
  const at = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href)
  const code = `
    import { openStore } from ${at('./index.ts')}
    import { deriveKeys } from ${at('../keys/index.ts')}
    import { Redacted, systemClock } from ${at('../../runtime/index.ts')}
    import { driftRecord } from ${at('./conformance-rows.ts')}
    const [folder = ''] = process.argv.slice(1)
    const testKeys = deriveKeys(new Redacted(new Uint8Array(32).fill(7)))
    const keys = () => Promise.resolve(testKeys)
    const open = () => openStore({ location: { kind: 'embedded', folder }, clock: systemClock, keys })
    const say = (value: unknown) => process.stdout.write(JSON.stringify(value) + '\\n')
    const failed = (error: unknown) => ({ code: error.code, retryable: error.retryable, message: error.message })
    ${body}`
  return ['--input-type=module-typescript', '--disable-warning=ExperimentalWarning', '-e', code]
}

/** Starts another process and answers it with the lines that it has written, as they come. */
function start(body: string): { child: ChildProcess; lines: string[]; said: () => Promise<void> } {
  const child = spawn(process.execPath, [...program(body), folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  let wake = (): void => {}
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    wake()
  })
  const said = async (): Promise<void> => {
    while (lines.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  return { child, lines, said }
}

describe('one opener', () => {
  test('incident 40: a second opener of the same process is refused by the process id of the first', async () => {
    const first = await open()
    await expect(open()).rejects.toMatchObject({
      code: 'store-locked',
      message: expect.stringContaining(`process ${process.pid} has it open`),
    })
    await first.writeMeta('fleet', 'still mine')
    await first.close()
    const next = await open()
    expect(await next.readMeta('fleet')).toBe('still mine')
    await next.close()
  })

  test('a program that ends by closing its store has closed it, also after a question that was read apart', async () => {
    const run = start(`
      const store = await open()
      await store.search.known()
      await store.close()
      say('closed')`)
    const [code] = (await once(run.child, 'close')) as [number | null]
    expect([code, run.lines]).toEqual([0, ['"closed"']])
  })

  test('incident 40: another process is refused while one lives, and let in as soon as it was killed', async () => {
    const holder = start(`await open(); say('open'); setInterval(() => {}, 1000)`)
    await holder.said()
    await expect(open()).rejects.toMatchObject({
      code: 'store-locked',
      message: expect.stringContaining(`process ${holder.child.pid} has it open`),
    })
    holder.child.kill('SIGKILL')
    await once(holder.child, 'close')
    await (await open()).close()
  })
})

test('incident 40: every acknowledged row is there after each of five kill -9', async () => {
  for (let round = 0; round < 5; round++) {
    const writer = start(`
      const store = await open()
      const journal = await store.openJournal('a')
      const write = async (lane) => {
        for (let index = 0; ; index++) {
          const id = 'd-${round}-' + lane + '-' + index
          await journal.saveDrift([driftRecord(id, 'a')])
          await store.events.append([{ at: new Date().toISOString(), type: 'drift', message: id }])
          say(id)
        }
      }
      await Promise.all([0, 1, 2, 3].map(write))`)
    while (writer.lines.length < 5 + round * 15) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    writer.child.kill('SIGKILL')
    await once(writer.child, 'close')
    const store = await open()
    const ids = new Set((await store.drift.select({})).map((record) => record.id))
    const messages = new Set((await store.events.select({}, 100_000, 0)).map((event) => event.message))
    expect(writer.lines.length).toBeGreaterThan(0)
    for (const line of writer.lines) {
      const id = String(JSON.parse(line))
      expect(ids.has(id) && messages.has(id), id).toBe(true)
    }
    expect(await store.events.firstBrokenLink()).toBeUndefined()
    await store.close()
  }
}, 120_000)

describe('a damaged file', () => {
  const file = () => join(folder, 'hub.db')

  async function filled(): Promise<Buffer> {
    const store = await open()
    const journal = await store.openJournal('a')
    await journal.saveDrift(Array.from({ length: 300 }, (_, index) => driftRecord(`d-${index}`, 'a')))
    await store.close()
    return readFile(file())
  }

  async function refusedUntouched(): Promise<void> {
    const before = await readFile(file())
    await expect(open()).rejects.toMatchObject({
      code: 'store-corrupt',
      hint: expect.stringContaining('backups'),
    })
    expect((await readFile(file())).equals(before)).toBe(true)
  }

  test.each([0, 1, 100, 4096, 4096 * 7 + 13])(
    'cut to %i bytes is refused and left as it is',
    async (length) => {
      await filled()
      await truncate(file(), length)
      await refusedUntouched()
    },
  )

  test('with one bit flipped anywhere by the disk is refused', async () => {
    const sound = await filled()
    const { mtimeMs } = await stat(file())
    const seal = await readFile(`${file()}.seal`)
    for (let step = 0; step < 12; step++) {
      const at = Math.floor((sound.length / 12) * step) + step * 3
      const bytes = Buffer.from(sound)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (step % 8))
      await writeFile(file(), bytes)
      await writeFile(`${file()}.seal`, seal)
      // A disk that loses a bit does not touch the file's time.
      const time = (Math.floor(mtimeMs) + 0.5) / 1000
      await utimes(file(), time, time)
      await refusedUntouched()
    }
  })

  test('whose pages are garbage is refused after a kill, when there is no digest of it', async () => {
    const sound = await filled()
    await rm(`${file()}.seal`)
    const bytes = Buffer.from(sound)
    bytes.fill(0xa5, 4096 * 3, 4096 * 5)
    await writeFile(file(), bytes)
    await refusedUntouched()
  })

  test.each(['not a database at all', 'SQLite format 3\0'])(
    'that begins with %j is refused',
    async (text) => {
      await filled()
      await writeFile(file(), text.padEnd(10_000, 'x'))
      await refusedUntouched()
    },
  )

  test('is not made anew when only its log is left', async () => {
    await filled()
    await rm(file())
    await writeFile(`${file()}-wal`, 'x')
    await expect(open()).rejects.toMatchObject({ code: 'store-corrupt' })
  })

  test('of another program is refused', async () => {
    const { DatabaseSync } = await import('node:sqlite')
    const other = new DatabaseSync(file())
    other.exec('create table a (b)')
    other.close()
    await refusedUntouched()
  })

  test('is replaced by a copy that was made while the hub was stopped', async () => {
    await filled()
    const copy = join(folder, 'copy.db')
    await copyFile(file(), copy)
    const store = await open()
    await (await store.openJournal('a')).saveDrift([driftRecord('d-late', 'a')])
    await store.close()
    await copyFile(copy, file())
    // A person does it some time after the hub has stopped, never in the same moment.
    const later = new Date(Date.now() + 2_000)
    await utimes(file(), later, later)
    const restored = await open()
    expect((await restored.drift.page({}, 1)).total).toBe(300)
    await restored.close()
  })
})

test('an upgrade copies the file first and keeps the last three copies', async () => {
  const all = Array.from({ length: 5 }, (_, index) => ({
    number: migrations.length + index + 1,
    name: `later-${index}`,
    up: () => Promise.resolve(),
  }))
  await (await open()).close()
  for (let count = 1; count <= all.length; count++) {
    const steps = [...migrations, ...all.slice(0, count)]
    await (
      await openStore({ location: { kind: 'embedded', folder }, clock: systemClock, keys, steps })
    ).close()
  }
  const names = await readdir(join(folder, 'backups'))
  const copies = names.toSorted(new Intl.Collator('en', { numeric: true }).compare)
  const last = migrations.length + all.length
  const schemas = copies.map((name) => Number(/schema-(\d+)/.exec(name)?.[1]))
  expect(schemas.toSorted((one, two) => one - two)).toEqual([last - 3, last - 2, last - 1])
  expect((await stat(join(folder, 'backups', copies[0] ?? ''))).mode & 0o777).toBe(0o600)
})

const inNamespace = ['unshare', ['--map-root-user', '--mount', 'true']] as const
const mayMount = spawnSync(...inNamespace).status === 0

// Needs a mount namespace of its own, for a small disk; some containers grant none.
test.skipIf(!mayMount)(
  'incident 39, I8: a full disk refuses writes whole, loses nothing, and the store goes on when there is room',
  () => {
    const body = `
    import { rmSync, writeFileSync } from 'node:fs'
    writeFileSync(folder + '/filler', Buffer.alloc(3 << 20))
    const store = await open()
    const journal = await store.openJournal('a')
    const kept = [], refused = []
    let failure
    for (let index = 0; index < 5000 && failure === undefined; index++) {
      const ids = [0, 1, 2].map((lane) => 'd-' + index + '-' + lane)
      const writes = ids.map((id) => journal.saveDrift([driftRecord(id, 'a', { desired: { text: 'x'.repeat(3000) } })]))
      for (const [lane, outcome] of (await Promise.allSettled(writes)).entries()) {
        if (outcome.status === 'fulfilled') kept.push(ids[lane])
        else { refused.push(ids[lane]); failure = failed(outcome.reason) }
      }
    }
    const readable = (await store.drift.select({})).map((record) => record.id)
    const again = await journal.saveDrift([driftRecord('d-full', 'a', { desired: { text: 'x'.repeat(300000) } })]).then(() => 'kept', failed)
    const broken = store.broken === undefined ? null : failed(store.broken)
    rmSync(folder + '/filler')
    await journal.saveDrift([driftRecord('d-after', 'a')])
    await store.close()
    const next = await open()
    const ids = (await next.drift.select({})).map((record) => record.id)
    await next.close()
    say({ failure, again, broken, kept, refused, readable, ids })`
    const run = spawnSync(
      'unshare',
      [
        '--map-root-user',
        '--mount',
        'sh',
        '-c',
        'mount -t tmpfs -o size=6m none "$1" && shift && exec "$@"',
        'sh',
        folder,
        process.execPath,
        ...program(body),
        folder,
      ],
      { encoding: 'utf8' },
    )
    expect(run.stderr).toBe('')
    const said = JSON.parse(run.stdout) as Record<'kept' | 'refused' | 'readable' | 'ids', string[]> & {
      failure: unknown
      again: unknown
      broken: unknown
    }
    expect(said.failure).toMatchObject({ code: 'store-full', retryable: true })
    expect(said.again).toMatchObject({ code: 'store-full' })
    expect(said.broken).toBeNull()
    expect(said.kept.length).toBeGreaterThan(100)
    expect(new Set(said.readable)).toEqual(new Set(said.kept))
    expect(new Set(said.ids)).toEqual(new Set([...said.kept, 'd-after']))
  },
)

const mayTrace = spawnSync('strace', ['-e', 'trace=none', 'true']).status === 0

// Needs strace and the right to trace, which makes the disk fail; some containers refuse it.
test.skipIf(!mayTrace)(
  'incident 40: after a flush that the disk refused nothing more is acknowledged until a restart',
  async () => {
    const body = `
    const store = await open()
    const journal = await store.openJournal('a')
    const kept = []
    const failures = []
    for (let index = 0; index < 200; index++) {
      await journal.saveDrift([driftRecord('d-' + index, 'a')]).then(() => kept.push('d-' + index), (error) => failures.push(failed(error).code))
    }
    say({ kept, failures, broken: store.broken?.code ?? null })
    process.kill(process.pid, 'SIGKILL')`
    const faults = [
      '-f',
      '-qq',
      '-o',
      '/dev/null',
      '-e',
      'trace=fsync,fdatasync',
      '-e',
      'inject=fsync,fdatasync:error=EIO:when=40',
    ]
    const run = spawnSync('strace', [...faults, process.execPath, ...program(body), folder], {
      encoding: 'utf8',
    })
    const said = JSON.parse(run.stdout) as { kept: string[]; failures: string[]; broken: string }
    expect(said.broken).toBe('store-failed')
    expect(said.failures.length + said.kept.length).toBe(200)
    expect(new Set(said.failures)).toEqual(new Set(['store-failed']))
    const next = await open()
    const ids = new Set((await next.drift.select({})).map((record) => record.id))
    for (const id of said.kept) expect(ids.has(id), id).toBe(true)
    await next.close()
  },
)

test('row 46, I12: no canary stands in any file of the data folder, in any spelling', async () => {
  const canary = 'c4nary-9f3e-s3cret-value'
  const store = await open()
  const secret = { kind: 'Secret', data: { password: Buffer.from(canary).toString('base64') }, plain: canary }
  await store.content.save('sha256:secret', JSON.stringify(secret))
  const person = { name: 'local', groups: [], local: true }
  const now = new Date().toISOString()
  const token = { purpose: 'local', id: 't-1', label: '', person, privileges: ['admin'], limits: {} }
  await store.tokens.save(canary, { ...token, createdAt: now })
  const session = { id: 's-1', person, via: 'link' as const, agent: '' }
  await store.sessions.begin(canary, { ...session, createdAt: now, seenAt: now, expiresAt: now })
  await store.oneTime.save('openid', canary, { verifier: canary }, now)
  const journal = await store.openJournal('a')
  const value = { hash: testKeys.hash.hash128(canary), secret: true }
  await journal.saveDrift([driftRecord('d-1', 'a', { desired: value, live: value })])
  const spellings = [
    Buffer.from(canary),
    Buffer.from(Buffer.from(canary).toString('hex')),
    Buffer.from(canary, 'utf16le'),
    // Base64 of the same bytes looks different at each of the three offsets.
    ...[0, 1, 2].map((offset) => {
      const padded = Buffer.concat([Buffer.alloc(offset), Buffer.from(canary)]).toString('base64')
      return Buffer.from(padded.slice(4, 24))
    }),
  ]
  const search = async (): Promise<number> => {
    const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    )
    for (const entry of names) {
      const bytes = await readFile(join(entry.parentPath, entry.name))
      for (const spelling of spellings) expect(bytes.includes(spelling), entry.name).toBe(false)
    }
    return names.length
  }
  expect(await search()).toBeGreaterThan(2)
  await store.close()
  expect(await search()).toBeGreaterThan(1)
})
