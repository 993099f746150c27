/**
 * A real PostgreSQL for tests: one server a call, on loopback, in a folder of its own.
 *
 * Uses the programs of the machine (Debian: `apt-get install postgresql`) and refuses to invent a substitute.
 * Key invariant: the server and its data are gone after `stop`, and the kernel ends it with its starter.
 */
import { spawnSync } from 'node:child_process'
import { chmod, chown, mkdtemp, readdir, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { endOfLog, freePorts, startProgram } from '../kubernetes/index.ts'

export interface Postgres {
  readonly url: string
  /** Makes an empty database and answers its URL. */
  createDatabase(name: string): Promise<string>
  stop(): Promise<void>
}

/** Starts PostgreSQL and waits until it answers. Throws with the end of its log when it does not. */
export async function startPostgres(): Promise<Postgres> {
  const bin = await programFolder()
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-postgres-'))
  const account = unprivileged()
  if (account !== undefined) await chown(folder, account.uid, account.gid)
  await chmod(folder, 0o700)
  const data = join(folder, 'data')
  const as =
    account === undefined ? [] : [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups']
  const made = spawnSync(
    'setpriv',
    [...as, join(bin, 'initdb'), '-D', data, '-U', 'evenkeel', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    { encoding: 'utf8', cwd: folder },
  )
  if (made.status !== 0) throw new Error(`cannot make a PostgreSQL data folder: ${made.stderr}`)
  const [port = 0] = await freePorts(1)
  const settings = [
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    `unix_socket_directories=${folder}`,
    '-c',
    'fsync=off',
  ]
  const program = startProgram(
    'setpriv',
    [...as, '--pdeathsig', 'KILL', join(bin, 'postgres'), '-D', data, '-p', String(port), ...settings],
    join(folder, 'postgres.log'),
  )
  const url = `postgresql://evenkeel@127.0.0.1:${port}/postgres`
  const stop = async (): Promise<void> => {
    program.signal('SIGINT')
    await program.stop(3_000)
    await rm(folder, { recursive: true, force: true })
  }
  const deadline = performance.now() + 30_000
  while ((await query(url, 'select 1')) !== undefined) {
    if (!program.running() || performance.now() > deadline) {
      const log = await endOfLog(program)
      await stop()
      throw new Error(`PostgreSQL did not start: ${log}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    url,
    async createDatabase(name) {
      const failure = await query(url, `create database "${name.replaceAll('"', '')}"`)
      if (failure !== undefined) throw failure
      return `postgresql://evenkeel@127.0.0.1:${port}/${name}`
    },
    stop,
  }
}

async function query(url: string, text: string): Promise<Error | undefined> {
  const client = new Client({ connectionString: url })
  try {
    await client.connect()
    await client.query(text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function programFolder(): Promise<string> {
  const base = '/usr/lib/postgresql'
  const versions = await readdir(base).catch(() => [])
  const newest = versions
    .filter((version) => existsSync(join(base, version, 'bin', 'initdb')))
    .sort((a, b) => Number(b) - Number(a))[0]
  if (newest === undefined) {
    throw new Error(`no PostgreSQL server under ${base}: install it (Debian: apt-get install postgresql)`)
  }
  return join(base, newest, 'bin')
}

/** PostgreSQL refuses to run as root; the package brings an account for it. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (userInfo().uid !== 0) return undefined
  const id = (flag: string): number =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout)
  return { uid: id('-u'), gid: id('-g') }
}
