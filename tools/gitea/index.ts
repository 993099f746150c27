/**
 * A real Gitea for tests: one forge a call, on loopback, in a folder of its own, with a PostgreSQL of its own
 * (SQLite within it would be C that takes minutes to compile).
 *
 * Built from its Go module once per version, into the cache; refuses to invent a substitute.
 * Key invariant: the forge and its data are gone after `stop`, and the kernel ends it with its starter.
 */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { type Postgres, startPostgres } from '../postgres/index.ts'
import { endOfLog, freePorts, startProgram } from '../kubernetes/index.ts'
import { ensureGoProgram } from '../wasm/go-program.ts'

export interface Gitea {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  /** An account that may everything, and a token of it. */
  readonly user: string
  readonly password: string
  readonly token: string
  /** Makes a repository of the account, with a first commit on `main`; answers its clone URL. */
  createRepository(name: string): Promise<string>
  /** Asks its API; answers what it says. Throws on anything but success. */
  api(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<unknown>
  stop(): Promise<void>
}

const module = join(import.meta.dirname, 'module')
const name = 'code.gitea.io/gitea'

/** Builds the program (minutes), or finds it. */
export function ensureGitea(): Promise<string> {
  return ensureGoProgram({ name: 'gitea', module, main: name, kept: 'test-servers' })
}

/** Starts a forge and waits until it answers. Throws with the end of its log when it does not. */
export async function startGitea(): Promise<Gitea> {
  const built = await ensureGitea()
  const database = await startPostgres()
  return startWith(built, database).catch(async (error: unknown) => {
    await database.stop()
    throw error
  })
}

async function startWith(built: string, database: Postgres): Promise<Gitea> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-gitea-'))
  const [port = 0] = await freePorts(1)
  // It refuses to run as root, and another account may not read the caches of this one.
  const account = userInfo().uid === 0 ? { uid: 65_534, gid: 65_534 } : undefined
  const program = join(folder, 'gitea')
  await cp(built, program)
  const source = sourceFolder()
  for (const part of ['templates', 'options', 'public']) {
    await cp(join(source, part), join(folder, part), { recursive: true })
  }
  await mkdir(join(folder, 'work'), { recursive: true })
  const config = join(folder, 'app.ini')
  const runAs = account === undefined ? userInfo().username : 'nobody'
  await writeFile(config, settings(folder, port, runAs, new URL(database.url)))
  if (account !== undefined) handOver(folder, account)
  await chmod(folder, 0o755)
  await chown(folder, account?.uid ?? userInfo().uid, account?.gid ?? userInfo().gid)
  const as =
    account === undefined ? [] : [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups']
  const env = { ...process.env, HOME: join(folder, 'work'), GITEA_WORK_DIR: join(folder, 'work') }
  const admin = (...args: string[]): string => {
    const run = spawnSync('setpriv', [...as, program, ...args, '--config', config], {
      encoding: 'utf8',
      cwd: folder,
      env,
    })
    if (run.status !== 0) throw new Error(`gitea ${args.join(' ')}: ${run.stdout}${run.stderr}`)
    return run.stdout
  }
  const user = 'keeper'
  const password = randomBytes(12).toString('hex')
  admin('migrate')
  const create = ['--username', user, '--password', password, '--email', 'keeper@example.com', '--admin']
  admin('admin', 'user', 'create', ...create, '--must-change-password=false')
  const made = admin(
    'admin',
    'user',
    'generate-access-token',
    '--username',
    user,
    '--token-name',
    'tests',
    '--scopes',
    'all',
    '--raw',
  )
  const token = made.trim().split('\n').at(-1) ?? ''
  const server = startProgram(
    'setpriv',
    [
      ...as,
      '--pdeathsig',
      'KILL',
      'env',
      `HOME=${env.HOME}`,
      `GITEA_WORK_DIR=${env.GITEA_WORK_DIR}`,
      program,
      'web',
      '--config',
      config,
    ],
    join(folder, 'gitea.log'),
  )
  const url = `http://127.0.0.1:${port}`
  const stop = async (): Promise<void> => {
    await server.stop()
    await database.stop()
    await rm(folder, { recursive: true, force: true })
  }
  const api: Gitea['api'] = async (method, path, body) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
  const deadline = performance.now() + 60_000
  while (!(await fetch(`${url}/api/healthz`).catch(() => undefined))?.ok) {
    if (!server.running() || performance.now() > deadline) {
      const log = await endOfLog(server)
      await stop()
      throw new Error(`Gitea did not start: ${log}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    url,
    user,
    password,
    token,
    api,
    stop,
    async createRepository(repository) {
      await api('POST', '/user/repos', { name: repository, auto_init: true, default_branch: 'main' })
      return `${url}/${user}/${repository}.git`
    },
  }
}

function settings(folder: string, port: number, account: string, database: URL): string {
  const work = join(folder, 'work')
  return [
    'APP_NAME = tests',
    `RUN_USER = ${account}`,
    `WORK_PATH = ${work}`,
    '[server]',
    'HTTP_ADDR = 127.0.0.1',
    `HTTP_PORT = ${port}`,
    `ROOT_URL = http://127.0.0.1:${port}/`,
    `STATIC_ROOT_PATH = ${folder}`,
    'DISABLE_SSH = true',
    'OFFLINE_MODE = true',
    '[database]',
    'DB_TYPE = postgres',
    `HOST = ${database.host}`,
    `NAME = ${database.pathname.slice(1)}`,
    `USER = ${database.username}`,
    'SSL_MODE = disable',
    '[repository]',
    `ROOT = ${join(work, 'repositories')}`,
    '[security]',
    'INSTALL_LOCK = true',
    `SECRET_KEY = ${randomBytes(16).toString('hex')}`,
    '[webhook]',
    'ALLOWED_HOST_LIST = loopback',
    '[service]',
    'DISABLE_REGISTRATION = true',
    '[log]',
    'LEVEL = Warn',
    `ROOT_PATH = ${join(work, 'log')}`,
    '[indexer]',
    'ISSUE_INDEXER_TYPE = db',
    '[cron]',
    'ENABLED = false',
    '',
  ].join('\n')
}

/** The sources of the module, which hold what the program serves. */
function sourceFolder(): string {
  const found = spawnSync('go', ['list', '-m', '-f', '{{.Dir}}', name], { cwd: module, encoding: 'utf8' })
  if (found.status !== 0) throw new Error(`cannot find the sources of Gitea: ${found.stderr}`)
  return found.stdout.trim()
}

function handOver(folder: string, account: { uid: number; gid: number }): void {
  for (const args of [
    ['chmod', '-R', 'u+rwX', folder],
    ['chown', '-R', `${account.uid}:${account.gid}`, folder],
  ]) {
    const run = spawnSync(args[0] ?? '', args.slice(1), { encoding: 'utf8' })
    if (run.status !== 0) throw new Error(`${args.join(' ')}: ${run.stderr}`)
  }
}
