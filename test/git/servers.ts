import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AddressInfo, connect, createServer as createTcp } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** A git server of a test. */
export interface GitServer {
  readonly url: string
  close(): Promise<void>
}

export interface HttpsServer extends GitServer {
  /** The certificate to trust. */
  readonly caFile: string
  /** `METHOD path authorization` of every request. */
  readonly requests: readonly string[]
  /** Answers every request by itself instead of serving the repository; undefined serves again. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined
}

/** Serves a repository over HTTPS through `git http-backend`, to requests with this authorization only. */
export async function serveHttps(repository: string, authorization?: string): Promise<HttpsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-https-'))
  const [key, caFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ]
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', caFile], { stdio: 'ignore' })
  const requests: string[] = []
  const state: { answer: HttpsServer['answer'] } = { answer: undefined }
  const server = createServer(
    { key: readFileSync(key), cert: readFileSync(caFile) },
    (incoming, outgoing) => {
      requests.push(`${incoming.method} ${incoming.url} ${incoming.headers.authorization ?? '-'}`)
      if (state.answer !== undefined) return state.answer(incoming, outgoing)
      if (authorization !== undefined && incoming.headers.authorization !== authorization) {
        outgoing.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end()
        return
      }
      backend(repository, incoming, outgoing)
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/fleet`,
    caFile,
    requests,
    get answer() {
      return state.answer
    },
    set answer(answer) {
      state.answer = answer
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The CGI side of `git http-backend`. */
function backend(repository: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const url = new URL(incoming.url ?? '/', 'https://localhost')
  const child = spawn('git', ['-c', 'safe.directory=*', 'http-backend'], {
    env: {
      ...process.env,
      GIT_PROJECT_ROOT: join(repository, '.git'),
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(incoming.headers['git-protocol'] ?? ''),
      REQUEST_METHOD: incoming.method,
      PATH_INFO: url.pathname.replace(/^\/fleet/, ''),
      QUERY_STRING: url.searchParams.toString(),
      CONTENT_TYPE: String(incoming.headers['content-type'] ?? ''),
      HTTP_CONTENT_ENCODING: String(incoming.headers['content-encoding'] ?? ''),
    },
  })
  child.stdin.on('error', () => undefined)
  incoming.pipe(child.stdin)
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.on('close', () => {
    const out = Buffer.concat(chunks)
    const end = out.indexOf('\r\n\r\n')
    const head = out.toString('latin1', 0, Math.max(0, end)).split('\r\n')
    for (const line of head) {
      const colon = line.indexOf(':')
      if (line.startsWith('Status:')) outgoing.statusCode = Number(line.slice(8, 11))
      else if (colon > 0) outgoing.setHeader(line.slice(0, colon), line.slice(colon + 1).trim())
    }
    outgoing.end(out.subarray(end + 4))
  })
}

export interface SshServer extends GitServer {
  readonly privateKey: string
  readonly knownHosts: string
  /** `known_hosts` as it would be if the server had another key. */
  readonly otherHosts: string
}

/** The sshd of this machine, or undefined where there is none. */
export const sshd = ['/usr/sbin/sshd', '/usr/bin/sshd', '/usr/local/sbin/sshd'].find((path) =>
  existsSync(path),
)

/** Serves the repositories of this machine over SSH to one key. */
export async function serveSsh(program: string, repository: string): Promise<SshServer> {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-sshd-'))
  const file = (name: string): string => join(folder, name)
  const makeKey = (name: string): string => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', file(name)])
    return readFileSync(file(`${name}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ')
  }
  const [host, other, user] = [makeKey('host'), makeKey('other'), makeKey('user')]
  writeFileSync(file('authorized'), `${user}\n`)
  chmodSync(file('authorized'), 0o600)
  const port = await freePort()
  const settings = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${file('host')}`,
    `AuthorizedKeysFile ${file('authorized')}`,
    `PidFile ${file('pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
  ]
  writeFileSync(file('config'), `${settings.join('\n')}\n`)
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
  const child = spawn(program, ['-D', '-e', '-f', file('config')], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  await reachable(port)
  const entry = (key: string): string => `[127.0.0.1]:${port} ${key}`
  return {
    url: `ssh://${userInfo().username}@127.0.0.1:${port}${repository}`,
    privateKey: readFileSync(file('user'), 'utf8'),
    knownHosts: entry(host),
    otherHosts: entry(other),
    close: async () => {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createTcp()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function reachable(port: number): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('sshd does not answer')
}
